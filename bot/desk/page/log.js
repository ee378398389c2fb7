// The messages of the open conversation: drawn by their numbers, renewed in place, and those still on their way.

import { call } from "./api.js";
import { fileView, release, reply } from "./cards.js";
import { h } from "./dom.js";
import { day, size, starts, t, time } from "./words.js";

// `desk` gives me, topic, commands, and `write` (the composer).
export function messageLog(desk) {
  const shown = new Map(); // message id → { message, view }
  const out = new Map(); // key → what is on its way, of every conversation
  const working = new Map(); // id at the door → how far the reading is
  let more = false;
  let loading = false;
  const view = h("div", { className: "log", role: "log", "aria-label": t("log"), tabIndex: 0, onscroll: () => view.scrollTop < 200 && older() });

  async function open() {
    const { topic } = desk;
    const found = await call("GET", `/api/messages?conversation=${topic}`);
    if (topic !== desk.topic) return; // another was opened meanwhile
    more = found.more;
    shown.clear();
    view.replaceChildren();
    for (const message of found.messages) upsert(message);
    for (const outgoing of out.values()) sending(outgoing);
    settle();
    toEnd();
    for (const image of view.querySelectorAll(".preview img")) image.addEventListener("load", toEnd, { once: true });
  }

  async function older() {
    if (loading || !more) return;
    loading = true;
    const { topic } = desk;
    const first = Math.min(...[...shown.values()].map((entry) => entry.message.seq));
    try {
      const found = await call("GET", `/api/messages?conversation=${topic}&before=${first}`);
      if (topic !== desk.topic) return;
      const height = view.scrollHeight;
      more = found.more;
      for (const message of found.messages) upsert(message);
      settle();
      view.scrollTop += view.scrollHeight - height;
    } finally {
      loading = false;
    }
  }

  const atEnd = () => view.scrollHeight - view.scrollTop - view.clientHeight < 120;
  const toEnd = () => (view.scrollTop = view.scrollHeight);
  const latest = () => Math.max(0, ...[...shown.values()].map((entry) => entry.message.seq));

  // A new message comes into view: all of it, or its beginning when it is taller than the page.
  function follow(section) {
    const show = () => (section.offsetHeight > view.clientHeight ? section.scrollIntoView({ block: "start" }) : toEnd());
    show();
    for (const image of section.querySelectorAll(".preview img")) image.addEventListener("load", show, { once: true });
  }

  // Something was said or renewed in this conversation.
  function said(message) {
    const known = shown.has(message.id);
    const stick = atEnd() || message.mine || view.querySelector(".choices.busy"); // what one waits for, one sees
    out.get(message.key)?.view?.remove();
    upsert(message);
    settle();
    if (known) return;
    if (!message.mine) answered();
    if (stick) follow(shown.get(message.id).view);
  }

  // An answer came: what was held for it is free, and what was being read is read, or will say so again.
  function answered() {
    view.querySelectorAll(".choices.busy").forEach(release);
    view.querySelectorAll(".reading").forEach((each) => each.remove());
    working.clear();
  }

  function upsert(message) {
    const entry = shown.get(message.id) || {};
    if (JSON.stringify(entry.message) === JSON.stringify(message)) return; // told twice around the start
    entry.message = message;
    shown.set(message.id, entry);
    draw(entry);
  }

  // One message, put where its number belongs; a renewed one takes the old one's place and, if it had it, the focus.
  function draw(entry) {
    const { message } = entry;
    const at = new Date(message.at);
    const section = h("section",
      { className: `said ${message.mine ? "mine" : "theirs"}`, "aria-label": `${message.mine ? t("you") : t("brand")} ${time(at)}` },
      message.mine ? own(message) : reply(message, desk.write.ask),
      h("time", { dateTime: message.at }, time(at), message.mine && message.taken && ` · ${t("received")}`));
    section.seq = message.seq;
    section.day = day(at);
    if (entry.view) {
      const focused = entry.view.contains(document.activeElement);
      entry.view.replaceWith(section);
      if (focused) (section.querySelector("button") || view).focus({ preventScroll: true });
    } else {
      const next = [...view.querySelectorAll(".said")].find((other) => other.seq > message.seq);
      view.insertBefore(section, next || null);
    }
    entry.view = section;
    reading(entry);
  }

  function own(message) {
    const outgoing = out.get(message.key);
    if (outgoing && (outgoing.done || !outgoing.error)) out.delete(message.key);
    const why = message.refused || outgoing?.error;
    return [
      h("div", { className: "bubble" }, message.text && h("div", { className: "words" }, message.text), message.files.map(fileView)),
      why && h("p", { className: "error", role: "alert" }, why),
      why && outgoing && h("button", { type: "button", onclick: () => desk.write.again(outgoing) }, t("retry")),
    ];
  }

  // What is on its way, until the log itself says it.
  function sending(outgoing) {
    outgoing.view?.remove();
    const standing = [...shown.values()].find((entry) => entry.message.key === outgoing.key);
    if (standing) {
      if (outgoing.error) out.set(outgoing.key, outgoing);
      return draw(standing);
    }
    out.set(outgoing.key, outgoing);
    if (outgoing.conversation !== desk.topic) return undefined;
    const stick = atEnd();
    outgoing.view = h("section", { className: "said mine sending", "aria-label": t("you") },
      h("div", { className: "bubble" }, outgoing.text && h("div", { className: "words" }, outgoing.text), bars(outgoing)),
      outgoing.error ? failed(outgoing) : h("time", {}, stage(outgoing)));
    outgoing.view.seq = Infinity;
    outgoing.view.day = day(outgoing.at);
    view.append(outgoing.view);
    settle();
    if (stick) toEnd();
    return undefined;
  }

  // The upload goes file by file, so what has gone is shared out in their order.
  function bars({ files, loaded }) {
    let left = loaded;
    return files.map((file) => {
      const value = Math.max(0, Math.min(file.size, left));
      left -= file.size;
      return h("span", { className: "file" }, h("span", { className: "name" }, file.name),
        h("span", { className: "size" }, size(file.size)), h("progress", { max: file.size || 1, value }));
    });
  }

  function stage({ files, loaded, done }) {
    const total = files.reduce((sum, file) => sum + file.size, 0);
    const share = total ? Math.min(100, Math.round((100 * loaded) / total)) : 100;
    if (done) return t("received");
    return share < 100 ? t("sending", { share }) : t("storing");
  }

  function failed(outgoing) {
    const takeBack = () => {
      outgoing.view.remove();
      out.delete(outgoing.key);
      desk.write.takeBack(outgoing);
    };
    return [
      h("p", { className: "error", role: "alert" }, outgoing.error),
      h("div", { className: "choices" },
        h("button", { type: "button", className: "primary", onclick: () => desk.write.again(outgoing) }, t("retry")),
        h("button", { type: "button", onclick: takeBack }, t("edit"))),
    ];
  }

  // May come before the message it is about; it is then shown with it.
  function progress({ taken: name, share, words }) {
    if (share < 1) working.set(name, { share, words });
    else working.delete(name);
    const entry = [...shown.values()].find((each) => each.message.taken === name);
    if (entry) reading(entry);
  }

  function reading(entry) {
    entry.view.querySelector(".reading")?.remove();
    const now = entry.message.taken && working.get(entry.message.taken);
    if (!now) return;
    entry.view.append(h("div", { className: "reading", role: "status" }, h("span", {}, now.words), h("progress", { max: 1, value: now.share })));
  }

  // Day separators and the greeting, from what is shown.
  function settle() {
    view.querySelectorAll(".day, .empty").forEach((each) => each.remove());
    let before = "";
    for (const section of view.querySelectorAll(".said")) {
      if (section.day !== before) view.insertBefore(h("h2", { className: "day" }, section.day), section);
      before = section.day;
    }
    if (!before) view.append(empty());
  }

  function empty() {
    if (desk.topic !== "chat") return h("div", { className: "empty" }, h("p", {}, t(desk.topic === "reports" ? "emptyReports" : "emptyApprovals")));
    const start = (words) => h("button", { type: "button", onclick: () => desk.write.ask(words).catch(() => {}) }, words); // the bubble tells
    return h("div", { className: "empty" }, h("h2", {}, t("hello", { name: desk.me.name })), h("p", {}, t("helloText")),
      h("div", { className: "choices" }, starts(desk.commands).map(start)));
  }

  return { view, open, said, sending, progress, latest, waiting: out };
}
