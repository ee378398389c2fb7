// Coming in: the sign-in page, the one-time link, and setting a password.

import { call } from "./api.js";
import { dialog, h } from "./dom.js";
import { lang, speak, t } from "./words.js";

const asked = (label, props) => h("label", { className: "asked" }, h("span", {}, label), h("input", { required: true, ...props }));

function page(...inside) {
  const other = h(
    "button",
    { type: "button", className: "quiet", title: t("otherName"), onclick: () => (speak(lang() === "zh" ? "en" : "zh"), location.reload()) },
    t("other"),
  );
  document.body.replaceChildren(
    h(
      "main",
      { className: "entry" },
      h(
        "div",
        { className: "entrybox" },
        h("header", {}, h("img", { src: "/desk/icon.svg", alt: "", width: 40, height: 40 }), h("h1", {}, t("brand")), other),
        h("p", { className: "hint" }, t("welcome")),
        inside,
      ),
    ),
  );
}

// A form that says in words what went wrong and keeps what was typed.
function trying(act, done, button, ...inside) {
  const error = h("p", { className: "error", role: "alert" });
  const submit = h("button", { type: "submit", className: "primary" }, button);
  const form = h("form", {}, inside, error, submit);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    error.textContent = "";
    try {
      await act(Object.fromEntries(new FormData(form)));
      done();
    } catch (refused) {
      error.textContent = refused.message;
      submit.disabled = false;
    }
  });
  return form;
}

export function signInPage(done) {
  page(
    trying(
      (given) => call("POST", "/api/sign-in", given),
      done,
      t("signIn"),
      asked(t("person"), { name: "person", autocomplete: "username", autocapitalize: "none", spellcheck: false }),
      asked(t("password"), { name: "password", type: "password", autocomplete: "current-password" }),
    ),
  );
  document.querySelector("input").focus();
}

// The link works when the button is pressed: the robots that preview links in chats press none.
export function linkPage(token, done) {
  const use = trying(
    () => call("POST", "/api/link", { token }),
    () => {
      history.replaceState(null, "", "/");
      done();
    },
    t("useLink"),
    h("p", {}, t("linkHint")),
  );
  page(use, h("a", { href: "/", className: "quiet" }, t("goSignIn")));
  document.querySelector("button[type=submit]").focus();
}

export function passwordDialog(id, hint) {
  const form = trying(
    (given) => call("POST", "/api/password", { password: given.password }),
    () => box.close(),
    t("save"),
    h("h2", {}, t("setPassword")),
    hint && h("p", { className: "hint" }, hint),
    h("input", { name: "username", value: id, autocomplete: "username", hidden: true }),
    asked(t("newPassword"), { name: "password", type: "password", autocomplete: "new-password", minLength: 10 }),
  );
  form.append(h("button", { type: "button", className: "quiet", onclick: () => box.close() }, t("later")));
  const box = dialog("form", t("setPassword"), form);
}
