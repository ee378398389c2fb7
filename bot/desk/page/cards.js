// What is said back: texts, cards with their buttons and forms, pictures and files.

import { call, newKey } from "./api.js";
import { dialog, h, icon } from "./dom.js";
import { size, t } from "./words.js";

// `ask(words)` says words as if typed; `moved()` is told when a button was pressed and is being worked on.
export function reply(message, ask) {
  return [
    message.text && h("div", { className: "words" }, message.text),
    message.cards.map((card) => cardView(card, message, ask)),
    message.files.map((file) => fileView(file)),
    message.choices.length > 0 && buttons(message.choices, message, ask),
  ];
}

function cardView(card, message, ask) {
  const facts = card.facts.map((fact) =>
    h("div", { className: `fact${fact.flagged ? " flagged" : ""}${fact.amount ? " amount" : ""}` },
      h("dt", {}, fact.label),
      h("dd", {}, fact.value, fact.flagged && h("span", { className: "mark", role: "img", "aria-label": t("warnings") }, "!"))));
  return h("article", { className: `card ${card.tone}`, "aria-label": card.title },
    h("header", {}, h("h3", {}, card.title), card.status && h("span", { className: `badge ${card.tone}` }, card.status)),
    h("div", { className: "inside" },
      h("div", { className: "matter" },
        facts.length > 0 && h("dl", {}, facts),
        card.flags.length > 0 && h("ul", { className: "flags", "aria-label": t("warnings") },
          card.flags.map((flag) => h("li", {}, icon("warn"), h("span", {}, flag))))),
      card.picture && thumbnail(card)),
    card.choices.length > 0 && buttons(card.choices, message, ask));
}

function thumbnail(card) {
  const picture = h("img", { src: pageOf(card.about, 0), alt: "", loading: "lazy", decoding: "async" });
  const button = h("button", { type: "button", className: "thumb", "aria-label": t("view", { name: card.title }), onclick: () => viewItem(card) }, picture);
  picture.addEventListener("error", () => button.replaceWith(h("span", { className: "thumb none" }, t("noPicture"))));
  return button;
}

const pageOf = (item, page) => `/api/items/${encodeURIComponent(item)}/pages/${page}`;

export function fileView(file) {
  if (file.preview && file.href) {
    return h("button", { type: "button", className: "preview", "aria-label": file.name, onclick: () => viewPicture(file.name, file.href) },
      h("img", { src: file.href, alt: file.name, loading: "lazy", decoding: "async" }));
  }
  const inside = [icon("file"), h("span", { className: "name" }, file.name), file.size > 0 && h("span", { className: "size" }, size(file.size))];
  return file.href
    ? h("a", { className: "file", href: file.href, download: file.name, "aria-label": t("download", { name: file.name }) }, inside, icon("down"))
    : h("span", { className: "file" }, inside);
}

function buttons(choices, message, ask) {
  const group = h("div", { className: "choices", role: "group" });
  group.append(...choices.map((choice) => {
    const send = sender(choice, message);
    const press = () => {
      if (choice.say) return busy(group, button, () => ask(choice.say));
      if (choice.form) return formView(choice, (values) => send(values).then(() => hold(group, button)));
      return busy(group, button, () => send({}));
    };
    const button = h("button", { type: "button", className: choice.style, onclick: press }, choice.label);
    return button;
  }));
  group.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const all = [...group.querySelectorAll("button")];
    const next = step && all[all.indexOf(document.activeElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  return group;
}

// A press that failed is sent again under its old key, so that it counts once even if it did arrive.
function sender({ action, subject, version }, { conversation }) {
  let key = newKey();
  let before = "";
  return async (values) => {
    const now = JSON.stringify(values);
    if (before && now !== before) key = newKey();
    before = now;
    await call("POST", "/api/clicks", { key, conversation, action, subject, version, values });
    key = newKey();
  };
}

async function busy(group, button, work) {
  hold(group, button);
  try {
    await work();
  } catch (refused) {
    release(group);
    group.append(h("p", { className: "error", role: "alert" }, refused.message));
  }
}

// Held until the card is renewed or an answer comes (both call `release`), and half a minute at most.
function hold(group, button) {
  group.querySelector(".error")?.remove();
  group.classList.add("busy");
  group.setAttribute("aria-busy", "true");
  button.classList.add("pressed");
  for (const each of group.querySelectorAll("button")) each.disabled = true;
  setTimeout(() => release(group), 30000);
}

export function release(group) {
  group.classList.remove("busy");
  group.removeAttribute("aria-busy");
  for (const each of group.querySelectorAll("button")) {
    each.disabled = false;
    each.classList.remove("pressed");
  }
}

const MONEY = /^[-−]?[¥￥]?\d[\d,]*(\.\d+)?$/;

function formView(choice, send) {
  const fields = choice.form.fields.map(fieldView);
  const error = h("p", { className: "error", role: "alert" });
  const submit = h("button", { type: "submit", className: choice.style === "danger" ? "danger" : "primary" }, choice.form.submit);
  const form = h("form", { noValidate: true }, h("h2", {}, choice.form.title), h("div", { className: "fields" }, fields.map((f) => f.view)), error,
    h("div", { className: "choices" }, h("button", { type: "button", onclick: () => box.close() }, t("cancel")), submit));
  const box = dialog("form", choice.form.title, form);
  (fields.find((f) => f.field.doubtful) || fields[0])?.input.focus();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = fields.filter((f) => !f.check());
    if (wrong.length) return wrong[0].input.focus();
    submit.disabled = true;
    error.textContent = "";
    try {
      await send(Object.fromEntries(fields.map((f) => [f.field.name, f.input.value.trim()])));
      box.close();
    } catch (refused) {
      error.textContent = refused.message;
      submit.disabled = false;
    }
  });
}

function fieldView(field, n) {
  const id = `field-${n}`;
  const props = { id, name: field.name, value: field.value, "aria-describedby": `${id}-hint`, "aria-required": field.required ? "true" : null };
  const input = {
    lines: () => h("textarea", { ...props, rows: 3 }),
    date: () => h("input", { ...props, type: "date" }),
    money: () => h("input", { ...props, inputMode: "decimal", className: "money" }),
    choice: () => options(h("select", { ...props, value: null }), field),
    text: () => h("input", props),
  }[field.input]();
  const wrong = h("span", { className: "error", role: "alert" });
  const check = () => {
    const value = input.value.trim();
    const why = field.required && !value ? "fillIn" : field.input === "money" && value && !MONEY.test(value) ? "badMoney" : "";
    wrong.textContent = why && t(why);
    input.setAttribute("aria-invalid", why ? "true" : "false");
    return !why;
  };
  input.addEventListener("input", () => input.getAttribute("aria-invalid") === "true" && check());
  const view = h("div", { className: `field ${field.input}${field.doubtful ? " doubtful" : ""}` },
    h("label", { htmlFor: id }, field.label, field.required && h("span", { className: "needed", title: t("required") }, "*"),
      field.doubtful && h("span", { className: "mark" }, t("check"))),
    input, h("span", { className: "hint", id: `${id}-hint` }, field.hint), wrong);
  return { field, input, view, check };
}

function options(select, field) {
  const known = field.options.some(([value]) => value === field.value);
  if (!known) select.append(h("option", { value: field.value }, field.value || "—"));
  select.append(...field.options.map(([value, label]) => h("option", { value, selected: value === field.value }, label)));
  return select;
}

function viewItem(card) {
  let page = 0;
  const number = h("span", { role: "status" });
  const original = h("a", { className: "tool", href: `/api/items/${encodeURIComponent(card.about)}/original`, download: "", title: t("original"), "aria-label": t("original") }, icon("down"));
  const turn = (step) => {
    if (page + step < 0) return;
    const next = new Image();
    next.onload = () => {
      page += step;
      picture.src = next.src;
      number.textContent = t("page", { n: page + 1 });
    };
    next.onerror = () => (number.textContent = step ? t("noPage") : t("noPicture"));
    next.src = pageOf(card.about, page + step);
  };
  const picture = viewer(card.title, "", [tool("left", "previous", () => turn(-1)), number, tool("right", "next", () => turn(1))], [original], turn);
  turn(0);
}

function viewPicture(name, href) {
  viewer(name, href, [], [h("a", { className: "tool", href, download: name, "aria-label": t("download", { name }) }, icon("down"))], () => {});
}

const tool = (shape, word, onclick) => h("button", { type: "button", className: "tool", title: t(word), "aria-label": t(word), onclick }, icon(shape));

function viewer(title, src, pages, more, turn) {
  let zoom = 1;
  const picture = h("img", { alt: title });
  if (src) picture.src = src;
  const scale = (factor) => {
    zoom = Math.min(6, Math.max(1, zoom * factor));
    picture.style.maxWidth = picture.style.maxHeight = zoom === 1 ? "" : "none";
    picture.style.width = zoom === 1 ? "" : `${zoom * 90}%`;
  };
  const stage = h("div", { className: "stage", tabIndex: 0, onclick: () => scale(zoom === 1 ? 2 : 0.01) }, picture);
  const box = dialog("viewer", title, h("div", { className: "tools" }, h("strong", {}, title), pages,
    tool("minus", "zoomOut", () => scale(1 / 1.5)), tool("plus", "zoomIn", () => scale(1.5)), more, tool("close", "close", () => box.close())), stage);
  box.addEventListener("keydown", (event) => {
    const act = { "+": () => scale(1.5), "=": () => scale(1.5), "-": () => scale(1 / 1.5), PageDown: () => turn(1), PageUp: () => turn(-1) }[event.key];
    if (act) act();
  });
  return picture;
}
