// The form a button opens: labelled fields, doubtful ones marked, checked before they are sent.

import { dialog, h } from "./dom.js";
import { t } from "./words.js";

const MONEY = /^[-−]?[¥￥]?\d[\d,]*(\.\d+)?$/;

export function formView(choice, send) {
  const fields = choice.form.fields.map(fieldView);
  const error = h("p", { className: "error", role: "alert" });
  const submit = h("button", { type: "submit", className: choice.style === "danger" ? "danger" : "primary" }, choice.form.submit);
  const form = h(
    "form",
    { noValidate: true },
    h("h2", {}, choice.form.title),
    h(
      "div",
      { className: "fields" },
      fields.map((f) => f.view),
    ),
    error,
    h("div", { className: "choices" }, h("button", { type: "button", onclick: () => box.close() }, t("cancel")), submit),
  );
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
  const props = {
    id,
    name: field.name,
    value: field.value,
    "aria-describedby": `${id}-hint`,
    "aria-required": field.required ? "true" : null,
  };
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
  const view = h(
    "div",
    { className: `field ${field.input}${field.doubtful ? " doubtful" : ""}` },
    h(
      "label",
      { htmlFor: id },
      field.label,
      field.required && h("span", { className: "needed", title: t("required") }, "*"),
      field.doubtful && h("span", { className: "mark" }, t("check")),
    ),
    input,
    h("span", { className: "hint", id: `${id}-hint` }, field.hint),
    wrong,
  );
  return { field, input, view, check };
}

function options(select, field) {
  const known = field.options.some(([value]) => value === field.value);
  if (!known) select.append(h("option", { value: field.value }, field.value || "—"));
  select.append(...field.options.map(([value, label]) => h("option", { value, selected: value === field.value }, label)));
  return select;
}
