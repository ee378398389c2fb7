// What is said back: texts, cards with their buttons, pictures and files.

import { call, newKey } from "./api.js";
import { h, icon } from "./dom.js";
import { formView } from "./form.js";
import { pageOf, viewItem, viewPicture } from "./viewer.js";
import { size, t } from "./words.js";

// `ask(words)` says words as if they were typed.
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
    h(
      "div",
      { className: `fact${fact.flagged ? " flagged" : ""}${fact.amount ? " amount" : ""}` },
      h("dt", {}, fact.label),
      h("dd", {}, fact.value, fact.flagged && h("span", { className: "mark", role: "img", "aria-label": t("warnings") }, "!")),
    ),
  );
  return h(
    "article",
    { className: `card ${card.tone}`, "aria-label": card.title },
    h("header", {}, h("h3", {}, card.title), card.status && h("span", { className: `badge ${card.tone}` }, card.status)),
    h(
      "div",
      { className: "inside" },
      h(
        "div",
        { className: "matter" },
        facts.length > 0 && h("dl", {}, facts),
        card.flags.length > 0 &&
          h(
            "ul",
            { className: "flags", "aria-label": t("warnings") },
            card.flags.map((flag) => h("li", {}, icon("warn"), h("span", {}, flag))),
          ),
      ),
      card.picture && thumbnail(card),
    ),
    card.choices.length > 0 && buttons(card.choices, message, ask),
  );
}

function thumbnail(card) {
  const picture = h("img", { src: pageOf(card.about, 0), alt: "", loading: "lazy", decoding: "async" });
  const button = h(
    "button",
    { type: "button", className: "thumb", "aria-label": t("view", { name: card.title }), onclick: () => viewItem(card) },
    picture,
  );
  picture.addEventListener("error", () => button.replaceWith(h("span", { className: "thumb none" }, t("noPicture"))));
  return button;
}

export function fileView(file) {
  if (file.preview && file.href) {
    return h(
      "button",
      { type: "button", className: "preview", "aria-label": file.name, onclick: () => viewPicture(file.name, file.href) },
      h("img", { src: file.href, alt: file.name, loading: "lazy", decoding: "async" }),
    );
  }
  const inside = [
    icon("file"),
    h("span", { className: "name" }, file.name),
    file.size > 0 && h("span", { className: "size" }, size(file.size)),
  ];
  return file.href
    ? h(
        "a",
        { className: "file", href: file.href, download: file.name, "aria-label": t("download", { name: file.name }) },
        inside,
        icon("down"),
      )
    : h("span", { className: "file" }, inside);
}

function buttons(choices, message, ask) {
  const group = h("div", { className: "choices", role: "group" });
  group.append(
    ...choices.map((choice) => {
      const send = sender(choice, message);
      const press = () => {
        if (choice.say) return busy(group, button, () => ask(choice.say));
        if (choice.form) return formView(choice, (values) => send(values).then(() => hold(group, button)));
        return busy(group, button, () => send({}));
      };
      const button = h("button", { type: "button", className: choice.style, onclick: press }, choice.label);
      return button;
    }),
  );
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
