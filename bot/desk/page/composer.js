// Writing and sending: the draft of each conversation with its files, suggestions, and what is on its way.

import { call, newKey, upload } from "./api.js";
import { h, icon } from "./dom.js";
import { size, t } from "./words.js";

const kept = (topic) => `draft:${topic}`;
const SEEKING = /^(?:查询|查找|搜索|查|search |find )\s*(\S.+)$/i;

// What was being sent when the page went away comes back into the draft.
for (const name of Object.keys(sessionStorage).filter((each) => each.startsWith("out:"))) {
  const [topic, text] = JSON.parse(sessionStorage.getItem(name));
  const draft = sessionStorage.getItem(kept(topic)) || "";
  sessionStorage.setItem(kept(topic), [text, draft].filter(Boolean).join("\n"));
  sessionStorage.removeItem(name);
}

// `desk` gives me (limits), topic, commands and the drafts' files, which can't outlive the page as the text does;
// `sending(outgoing)` draws what is on its way and is called at every step.
export function composer(desk, sending) {
  const { files } = desk; // topic → files
  const box = h("textarea", {
    id: "composer",
    rows: 1,
    "aria-label": t("message"),
    placeholder: t(innerWidth < 720 ? "writeShort" : "write"),
    maxLength: 20000,
    role: "combobox",
    "aria-controls": "suggestions",
    "aria-expanded": "false",
    autocomplete: "off",
  });
  const chips = h("ul", { className: "chips" });
  const notice = h("p", { className: "error", role: "alert" });
  const hints = h("ul", { id: "suggestions", role: "listbox", hidden: true });
  const picker = h("input", { type: "file", multiple: true, hidden: true, onchange: () => (attach(picker.files), (picker.value = "")) });
  const clip = h(
    "button",
    { type: "button", className: "tool", title: t("attach"), "aria-label": t("attach"), onclick: () => picker.click() },
    icon("clip"),
  );
  const go = h("button", { type: "submit", className: "tool go", title: t("send"), "aria-label": t("send") }, icon("send"));
  const form = h(
    "form",
    { className: "composer", onsubmit: (event) => (event.preventDefault(), submit()) },
    hints,
    notice,
    chips,
    h("div", { className: "line" }, picker, clip, box, go),
  );
  const mine = () => files.get(desk.topic) || [];

  function show() {
    const draft = sessionStorage.getItem(kept(desk.topic)) || "";
    if (draft !== box.value) suggest("");
    box.value = draft;
    notice.textContent = "";
    fit();
    showChips();
  }

  function fit() {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight + 2, 180)}px`;
  }

  function keep() {
    sessionStorage.setItem(kept(desk.topic), box.value);
    notice.textContent = "";
    fit();
  }

  function showChips() {
    chips.replaceChildren(
      ...mine().map((file, n) =>
        h(
          "li",
          { className: "chip" },
          icon("file"),
          h("span", { className: "name" }, file.name),
          h("span", { className: "size" }, size(file.size)),
          h(
            "button",
            {
              type: "button",
              "aria-label": t("remove", { name: file.name }),
              onclick: () => (
                files.set(
                  desk.topic,
                  mine().filter((_, i) => i !== n),
                ),
                showChips(),
                box.focus()
              ),
            },
            icon("close"),
          ),
        ),
      ),
    );
  }

  function attach(list) {
    const { limits } = desk.me;
    const good = [...list].filter((file) => file.size <= limits.file);
    const big = [...list].find((file) => file.size > limits.file);
    const all = [...mine(), ...good];
    notice.textContent = big ? t("tooBig", { name: big.name, size: size(limits.file) }) : "";
    if (all.length > limits.files) notice.textContent = t("tooMany", { n: limits.files });
    else if (all.reduce((sum, file) => sum + file.size, 0) > limits.message)
      notice.textContent = t("tooMuch", { size: size(limits.message) });
    else files.set(desk.topic, all);
    showChips();
    box.focus();
  }

  function submit() {
    const text = box.value.trim();
    if (!text && !mine().length) return;
    const outgoing = { key: newKey(), conversation: desk.topic, text, files: mine(), at: new Date() };
    files.delete(desk.topic);
    box.value = "";
    keep();
    showChips();
    suggest("");
    send(outgoing).catch(() => {}); // the bubble tells
  }

  // The same key each time: if the first try did arrive, the second changes nothing.
  async function send(outgoing) {
    Object.assign(outgoing, { error: "", loaded: 0, done: false });
    sessionStorage.setItem(`out:${outgoing.key}`, JSON.stringify([outgoing.conversation, outgoing.text]));
    sending(outgoing);
    try {
      Object.assign(outgoing, await upload(outgoing, (loaded) => (Object.assign(outgoing, { loaded }), sending(outgoing))), { done: true });
      sessionStorage.removeItem(`out:${outgoing.key}`);
    } catch (refused) {
      outgoing.error = refused.message;
    }
    sending(outgoing);
    if (outgoing.error) throw new Error(outgoing.error);
  }

  function takeBack(outgoing) {
    sessionStorage.removeItem(`out:${outgoing.key}`);
    box.value = [outgoing.text, box.value].filter(Boolean).join("\n");
    files.set(desk.topic, [...outgoing.files, ...mine()]);
    keep();
    showChips();
    box.focus();
  }

  // Commands that begin like what is typed; after the word for finding, what is found, a moment after the last key.
  let typed = 0;
  async function suggest(text) {
    const turn = ++typed;
    const words = text.match(SEEKING)?.[1];
    if (!words) {
      const like = desk.commands.filter(([known]) => text && (text === "/" || (known.startsWith(text) && known !== text)));
      return offer(like.slice(0, 6).map(([known, does]) => ({ take: known, name: known, does })));
    }
    await new Promise((later) => setTimeout(later, 300));
    if (turn !== typed) return undefined;
    const nothing = { hits: [] }; // words that can't be searched for yet are no error while they are being typed
    const found = await call("GET", `/api/search?size=6&words=${encodeURIComponent(words)}`).catch(() => nothing);
    if (turn !== typed) return undefined;
    return offer(found.hits.map((hit) => ({ take: t("open", { id: hit.id }), name: hit.title, does: hit.status })));
  }

  function offer(found) {
    hints.hidden = !found.length;
    box.setAttribute("aria-expanded", String(!hints.hidden));
    box.removeAttribute("aria-activedescendant");
    hints.replaceChildren(
      ...found.map(({ take, name, does }, n) =>
        h(
          "li",
          { id: `suggestion-${n}`, role: "option", "aria-selected": "false", title: take, onclick: () => choose(take) },
          h("b", {}, name),
          h("span", {}, does),
        ),
      ),
    );
  }

  function choose(words) {
    box.value = words;
    keep();
    suggest("");
    box.focus();
  }

  function walk(step) {
    const all = [...hints.children];
    const at = all.findIndex((each) => each.getAttribute("aria-selected") === "true");
    const next = at < 0 && step < 0 ? all.length - 1 : (at + step + all.length) % all.length;
    all.forEach((each, n) => each.setAttribute("aria-selected", String(n === next)));
    box.setAttribute("aria-activedescendant", all[next].id);
  }

  box.addEventListener("input", () => (keep(), suggest(box.value)));
  box.addEventListener("paste", (event) => event.clipboardData.files.length && (event.preventDefault(), attach(event.clipboardData.files)));
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // an input method is choosing characters
    const chosen = hints.querySelector("[aria-selected=true]");
    if (!hints.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) walk(event.key === "ArrowDown" ? 1 : -1);
    else if (!hints.hidden && event.key === "Escape") suggest("");
    else if (chosen && (event.key === "Enter" || event.key === "Tab")) choose(chosen.title);
    else if (event.key === "Enter" && !event.shiftKey) submit();
    else return;
    event.preventDefault();
  });
  const ask = (words) => send({ key: newKey(), conversation: desk.topic, text: words, files: [], at: new Date() });
  return { form, box, show, attach, takeBack, ask, again: (outgoing) => send(outgoing).catch(() => {}) };
}
