// The desk: conversations on the left, messages and the composer on the right, kept up to date by the stream.

import { call, listen } from "./api.js";
import { fileView, release, reply } from "./cards.js";
import { composer } from "./composer.js";
import { h } from "./dom.js";
import { linkPage, passwordDialog, signInPage } from "./entry.js";
import { day, lang, size, speak, starts, t, time } from "./words.js";

const state = { me: null, topic: sessionStorage.getItem("topic") || "chat", commands: [], talks: [], shown: new Map(), out: new Map(), files: new Map(), reading: new Map(), taken: new Map(), more: false };
let parts, write, source, place, loading = false;

async function start() {
  try {
    state.me = await call("GET", "/api/me");
    state.commands = (await call("GET", "/api/commands")).commands;
  } catch (refused) {
    if (refused.status === 401) return signInPage(start);
    document.body.replaceChildren(h("p", { className: "empty", role: "alert" }, refused.message));
    return setTimeout(start, 3000);
  }
  forgetAnother();
  speak(state.me.lang);
  shell();
  await refresh();
  if (innerWidth >= 720) write.box.focus();
}

// Nothing of one person's drafts is left for the next one at the same page.
function forgetAnother() {
  if (sessionStorage.getItem("person") === state.me.id) return;
  const topic = state.topic;
  sessionStorage.clear();
  sessionStorage.setItem("person", state.me.id);
  Object.assign(state, { topic, out: new Map(), files: new Map(), reading: new Map() });
}

// Everything said, read again: at the start, after a language switch, after a long silence.
async function refresh() {
  source?.close();
  const found = await call("GET", "/api/conversations");
  state.talks = found.conversations;
  if (!state.talks.some((talk) => talk.id === state.topic)) state.topic = "chat";
  place = found.place;
  await open(state.topic);
  source = listen(place, { said, taken, progress, line, ended });
}

function line(up) {
  parts.notice.textContent = up ? "" : t("offline");
  document.body.classList.toggle("live", up);
}

async function ended() {
  try {
    await call("GET", "/api/me");
    setTimeout(refresh, 3000);
  } catch (refused) {
    if (refused.status === 401) start();
    else setTimeout(ended, 3000);
  }
}

function shell() {
  const { me } = state;
  const other = lang() === "zh" ? "en" : "zh";
  const menu = h("details", { className: "menu", onkeydown: (event) => event.key === "Escape" && (menu.open = false) }, h("summary", { title: t("account") }, me.name),
    h("div", {}, h("p", {}, me.roles.join(lang() === "zh" ? "、" : ", ")),
      h("button", { type: "button", onclick: () => ((menu.open = false), passwordDialog(me.id)) }, t("setPassword")),
      h("button", { type: "button", onclick: () => call("POST", "/api/sign-out").finally(() => (sessionStorage.clear(), location.replace("/"))) }, t("signOut"))));
  const log = h("div", { className: "log", role: "log", "aria-label": t("log"), tabIndex: 0, onscroll: () => log.scrollTop < 200 && older() });
  parts = { log, list: h("nav", { "aria-label": t("conversations") }), notice: h("p", { className: "notice", role: "status" }) };
  write = composer(state, sending);
  document.body.replaceChildren(
    h("header", { className: "bar" }, h("img", { src: "/desk/icon.svg", alt: "", width: 26, height: 26 }), h("h1", {}, t("brand")),
      h("button", { type: "button", className: "quiet", id: "language", lang: other, title: t("otherName"), onclick: () => call("POST", "/api/language", { lang: other }).then(start) }, t("other")), menu),
    parts.list, h("main", {}, parts.notice, log, write.form), h("div", { className: "dropzone", hidden: true }, t("drop")));
}

async function open(topic) {
  state.topic = topic;
  sessionStorage.setItem("topic", topic);
  const { messages, more } = await call("GET", `/api/messages?conversation=${topic}`);
  state.shown = new Map(messages.map((message) => [message.id, { message }]));
  state.more = more;
  parts.log.replaceChildren();
  for (const entry of state.shown.values()) draw(entry);
  for (const outgoing of state.out.values()) sending(outgoing);
  settle();
  parts.log.scrollTop = parts.log.scrollHeight;
  parts.log.querySelectorAll(".preview img").forEach((image) => image.addEventListener("load", toEnd, { once: true }));
  write.show();
  seen();
}

async function older() {
  if (loading || !state.more) return;
  loading = true;
  const first = Math.min(...[...state.shown.values()].map((entry) => entry.message.seq));
  try {
    const { messages, more } = await call("GET", `/api/messages?conversation=${state.topic}&before=${first}`);
    const height = parts.log.scrollHeight;
    state.more = more;
    for (const message of messages) upsert(message);
    settle();
    parts.log.scrollTop += parts.log.scrollHeight - height;
  } finally {
    loading = false;
  }
}

const atEnd = () => parts.log.scrollHeight - parts.log.scrollTop - parts.log.clientHeight < 120;
const toEnd = () => (parts.log.scrollTop = parts.log.scrollHeight);

// A new message comes into view: all of it, or its beginning when it is taller than the page.
function follow(view) {
  const show = () => (view.offsetHeight > parts.log.clientHeight ? view.scrollIntoView({ block: "start" }) : toEnd());
  show();
  view.querySelectorAll(".preview img").forEach((image) => image.addEventListener("load", show, { once: true }));
}

function upsert(message) {
  message.taken ||= state.taken.get(message.id) || "";
  const entry = state.shown.get(message.id) || {};
  if (JSON.stringify(entry.message) === JSON.stringify(message)) return; // told twice around the start
  entry.message = message;
  state.shown.set(message.id, entry);
  draw(entry);
}

// One message, put where its number belongs; a renewed one takes the old one's place and, if it had it, the focus.
function draw(entry) {
  const { message } = entry;
  const at = new Date(message.at);
  const view = h("section", { className: `said ${message.mine ? "mine" : "theirs"}`, "aria-label": `${message.mine ? t("you") : t("brand")} ${time(at)}` },
    message.mine ? own(message) : reply(message, write.ask), h("time", { dateTime: message.at }, time(at), message.mine && message.taken && ` · ${t("received")}`));
  view.seq = message.seq;
  view.day = day(at);
  if (entry.view) {
    const focused = entry.view.contains(document.activeElement);
    entry.view.replaceWith(view);
    if (focused) (view.querySelector("button") || parts.log).focus({ preventScroll: true });
  } else {
    const next = [...parts.log.querySelectorAll(".said")].find((other) => other.seq > message.seq);
    parts.log.insertBefore(view, next || null);
  }
  entry.view = view;
  reading(entry);
}

function own(message) {
  const outgoing = state.out.get(message.key);
  if (outgoing && (outgoing.done || !outgoing.error)) state.out.delete(message.key);
  const why = message.refused || outgoing?.error;
  return [h("div", { className: "bubble" }, message.text && h("div", { className: "words" }, message.text), message.files.map(fileView)),
    why && h("p", { className: "error", role: "alert" }, why), why && outgoing && h("button", { type: "button", onclick: () => write.again(outgoing) }, t("retry"))];
}

// What is on its way, until the log itself says it.
function sending(outgoing) {
  outgoing.view?.remove();
  const standing = [...state.shown.values()].find((entry) => entry.message.key === outgoing.key);
  if (standing) {
    if (outgoing.error) state.out.set(outgoing.key, outgoing);
    return draw(standing);
  }
  state.out.set(outgoing.key, outgoing);
  if (outgoing.conversation !== state.topic) return undefined;
  const stick = atEnd();
  const total = outgoing.files.reduce((sum, file) => sum + file.size, 0);
  let left = outgoing.loaded;
  const bars = outgoing.files.map((file) => {
    const value = Math.max(0, Math.min(file.size, left));
    left -= file.size;
    return h("span", { className: "file" }, h("span", { className: "name" }, file.name), h("span", { className: "size" }, size(file.size)), h("progress", { max: file.size || 1, value }));
  });
  const share = total ? Math.min(100, Math.round((100 * outgoing.loaded) / total)) : 100;
  outgoing.view = h("section", { className: "said mine sending", "aria-label": t("you") }, h("div", { className: "bubble" }, outgoing.text && h("div", { className: "words" }, outgoing.text), bars),
    outgoing.error
      ? [h("p", { className: "error", role: "alert" }, outgoing.error), h("div", { className: "choices" }, h("button", { type: "button", className: "primary", onclick: () => write.again(outgoing) }, t("retry")),
        h("button", { type: "button", onclick: () => (outgoing.view.remove(), state.out.delete(outgoing.key), write.takeBack(outgoing)) }, t("edit")))]
      : h("time", {}, outgoing.done ? t("received") : share < 100 ? t("sending", { share }) : t("storing")));
  outgoing.view.seq = Infinity;
  outgoing.view.day = day(outgoing.at);
  parts.log.append(outgoing.view);
  settle();
  if (stick) toEnd();
}

function said(message, number) {
  place = number;
  const talk = state.talks.find((each) => each.id === message.conversation);
  const known = state.shown.has(message.id);
  if (message.seq > talk.seq) {
    if (!message.mine && (message.conversation !== state.topic || document.hidden)) talk.unread += 1;
    Object.assign(talk, { seq: message.seq, line: (message.text || "").split("\n")[0] || message.cards[0]?.title || message.files[0]?.name || "", at: message.at });
  }
  if (message.conversation === state.topic) {
    const stick = atEnd() || message.mine || parts.log.querySelector(".choices.busy"); // what one waits for, one sees
    state.out.get(message.key)?.view?.remove();
    upsert(message);
    settle();
    if (!known && !message.mine) answered();
    if (stick && !known) follow(state.shown.get(message.id).view);
    seen();
  }
  list();
}

// An answer came: what was held for it is free, and what was being read is read, or will say so again.
function answered() {
  parts.log.querySelectorAll(".choices.busy").forEach(release);
  parts.log.querySelectorAll(".reading").forEach((each) => each.remove());
  state.reading.clear();
}

// May come before the message it is about.
function taken({ id, taken: name }) {
  state.taken.set(id, name);
  const entry = state.shown.get(id);
  if (!entry) return;
  entry.message.taken = name;
  draw(entry);
}

// May come before the message is known to be taken; it is then shown with it.
function progress({ taken: name, share, words }) {
  if (share < 1) state.reading.set(name, { share, words });
  else state.reading.delete(name);
  const entry = [...state.shown.values()].find((each) => each.message.taken === name);
  if (entry) reading(entry);
}

function reading({ message, view }) {
  view.querySelector(".reading")?.remove();
  const now = message.taken && state.reading.get(message.taken);
  if (now) view.append(h("div", { className: "reading", role: "status" }, h("span", {}, now.words), h("progress", { max: 1, value: now.share })));
}

// Day separators and the greeting, from what is shown.
function settle() {
  parts.log.querySelectorAll(".day, .empty").forEach((each) => each.remove());
  let before = "";
  for (const view of parts.log.querySelectorAll(".said")) {
    if (view.day !== before) parts.log.insertBefore(h("h2", { className: "day" }, view.day), view);
    before = view.day;
  }
  if (!before) parts.log.append(empty());
}

function empty() {
  if (state.topic !== "chat") return h("div", { className: "empty" }, h("p", {}, t(state.topic === "reports" ? "emptyReports" : "emptyApprovals")));
  return h("div", { className: "empty" }, h("h2", {}, t("hello", { name: state.me.name })), h("p", {}, t("helloText")),
    h("div", { className: "choices" }, starts(state.commands).map((words) => h("button", { type: "button", onclick: () => write.ask(words).catch(() => {}) }, words))));
}

function list() {
  parts.list.replaceChildren(...state.talks.map((talk) => h("button", { type: "button", className: "talk", "aria-current": talk.id === state.topic ? "page" : null, onclick: () => open(talk.id) },
    h("span", { className: "name" }, talk.name), talk.at && h("time", {}, day(new Date(talk.at)) === t("today") ? time(new Date(talk.at)) : day(new Date(talk.at))),
    h("span", { className: "last" }, talk.line), talk.unread > 0 && h("span", { className: "unread", "aria-label": t("unread", { n: talk.unread }) }, String(talk.unread)))));
  const unread = state.talks.reduce((sum, talk) => sum + talk.unread, 0);
  document.title = unread ? `(${unread}) ${t("brand")}` : t("brand");
}

function seen() {
  const talk = state.talks.find((each) => each.id === state.topic);
  const latest = Math.max(0, ...[...state.shown.values()].map((entry) => entry.message.seq));
  if (document.hidden || !talk) return list();
  if (latest > (talk.seen || 0)) call("POST", "/api/seen", { conversation: state.topic, seq: latest }).catch(() => {}); // counted again next time
  Object.assign(talk, { unread: 0, seen: latest });
  list();
}

// Whatever nobody else told: the sentence itself, or the way back in.
window.addEventListener("unhandledrejection", ({ reason }) => {
  if (reason.status === 401) start();
  else if (parts && reason.status !== undefined) parts.notice.textContent = reason.message;
});
document.addEventListener("click", (event) => {
  const menu = document.querySelector(".menu[open]");
  if (menu && !menu.contains(event.target)) menu.open = false;
});
document.addEventListener("visibilitychange", () => parts && seen());
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || !write || event.target.closest?.("input, textarea, select, dialog")) return;
  event.preventDefault();
  write.box.focus();
});
for (const [name, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
  window.addEventListener(name, (event) => {
    const zone = document.querySelector(".dropzone");
    if (!zone || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    zone.hidden = !(over || event.relatedTarget);
    if (name === "drop") (zone.hidden = true), write.attach(event.dataTransfer.files);
  });
}

speak(lang());
const link = location.pathname.match(/^\/link\/([^/]+)$/);
if (link) linkPage(link[1], async () => (await start(), passwordDialog(state.me.id, t("passwordHint"))));
else start();
