// The desk: conversations on the left, messages and the composer on the right, kept up to date by the stream.

import { call, listen } from "./api.js";
import { overview } from "./board.js";
import { composer } from "./composer.js";
import { h } from "./dom.js";
import { linkPage, passwordDialog, signInPage } from "./entry.js";
import { messageLog } from "./log.js";
import { day, lang, speak, t, time } from "./words.js";

const desk = { me: null, topic: sessionStorage.getItem("topic") || "chat", commands: [], talks: [], files: new Map(), write: null };
let parts, log, source, board;
const BOARD = "overview"; // what the left side shows beside the conversations

async function start() {
  try {
    desk.me = await call("GET", "/api/me");
    desk.commands = (await call("GET", "/api/commands")).commands;
  } catch (refused) {
    if (refused.status === 401) return signInPage(start);
    document.body.replaceChildren(h("p", { className: "empty", role: "alert" }, refused.message));
    return setTimeout(start, 3000);
  }
  const waiting = forgetAnother() ? [] : [...(log?.waiting.values() || [])];
  speak(desk.me.lang);
  shell();
  for (const outgoing of waiting) log.waiting.set(outgoing.key, outgoing);
  await refresh();
  if (innerWidth >= 720) desk.write.box.focus();
  return undefined;
}

// Nothing of one person's drafts is left for the next one at the same page.
function forgetAnother() {
  if (sessionStorage.getItem("person") === desk.me.id) return false;
  sessionStorage.clear();
  sessionStorage.setItem("person", desk.me.id);
  desk.files.clear();
  return true;
}

function shell() {
  const { me } = desk;
  const other = lang() === "zh" ? "en" : "zh";
  const switched = () => call("POST", "/api/language", { lang: other }).then(start);
  const leave = () => call("POST", "/api/sign-out").finally(() => {
    sessionStorage.clear();
    location.replace("/");
  });
  const password = () => {
    menu.open = false;
    passwordDialog(me.id);
  };
  const menu = h("details", { className: "menu", onkeydown: (event) => event.key === "Escape" && (menu.open = false) },
    h("summary", { title: t("account") }, me.name),
    h("div", {}, h("p", {}, me.roles.join(lang() === "zh" ? "、" : ", ")),
      h("button", { type: "button", onclick: password }, t("setPassword")),
      h("button", { type: "button", onclick: leave }, t("signOut"))));
  log = messageLog(desk);
  desk.write = composer(desk, log.sending);
  board?.hide();
  board = overview((words) => open("chat").then(() => desk.write.ask(words)));
  parts = { list: h("nav", { "aria-label": t("conversations") }), notice: h("p", { className: "notice", role: "status" }) };
  document.body.replaceChildren(
    h("header", { className: "bar" }, h("img", { src: "/desk/icon.svg", alt: "", width: 26, height: 26 }), h("h1", {}, t("brand")),
      h("button", { type: "button", className: "quiet", id: "language", lang: other, title: t("otherName"), onclick: switched }, t("other")), menu),
    parts.list,
    h("main", {}, parts.notice, board.view, log.view, desk.write.form),
    h("div", { className: "dropzone", hidden: true }, t("drop")));
}

// Everything said, read again: at the start, after a language switch, after a long silence.
async function refresh() {
  source?.close();
  const found = await call("GET", "/api/conversations");
  desk.talks = found.conversations;
  await open(desk.topic);
  source = listen(found.place, { said, progress: log.progress, line, ended });
}

async function open(topic) {
  const looking = topic === BOARD && desk.me.overview;
  desk.topic = looking || desk.talks.some((talk) => talk.id === topic) ? topic : "chat";
  sessionStorage.setItem("topic", desk.topic);
  log.view.hidden = desk.write.form.hidden = looking;
  if (looking) return board.show(), list();
  board.hide();
  await log.open();
  desk.write.show();
  seen();
}

function said(message) {
  const talk = desk.talks.find((each) => each.id === message.conversation);
  const here = message.conversation === desk.topic;
  if (message.seq > talk.seq) {
    if (!message.mine && (!here || document.hidden)) talk.unread += 1;
    const line = (message.text || "").split("\n")[0] || message.cards[0]?.title || message.files[0]?.name || "";
    Object.assign(talk, { seq: message.seq, line, at: message.at });
  }
  if (here) log.said(message);
  seen();
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

// What is open and visible has been read.
function seen() {
  const talk = desk.talks.find((each) => each.id === desk.topic);
  const latest = log.latest();
  if (talk && !document.hidden) {
    if (latest > (talk.read || 0)) call("POST", "/api/seen", { conversation: talk.id, seq: latest }).catch(() => {}); // told again next time
    Object.assign(talk, { unread: 0, read: latest });
  }
  list();
}

function list() {
  const looking = desk.topic === BOARD;
  parts.list.replaceChildren(...(desk.me.overview ? [h("button", { type: "button", className: "talk", "aria-current": looking ? "page" : null, onclick: () => open(BOARD) },
    h("span", { className: "name" }, t("overview")), h("span"), h("span", { className: "last" }, t("overviewLine")))] : []), ...desk.talks.map((talk) => {
    const at = talk.at && new Date(talk.at);
    return h("button", { type: "button", className: "talk", "aria-current": talk.id === desk.topic ? "page" : null, onclick: () => open(talk.id) },
      h("span", { className: "name" }, talk.name), at && h("time", {}, day(at) === t("today") ? time(at) : day(at)),
      h("span", { className: "last" }, talk.line),
      talk.unread > 0 && h("span", { className: "unread", "aria-label": t("unread", { n: talk.unread }) }, String(talk.unread)));
  }));
  const unread = desk.talks.reduce((sum, talk) => sum + talk.unread, 0);
  document.title = unread ? `(${unread}) ${t("brand")}` : t("brand");
}

// Whatever nobody else told: the sentence itself, or the way back in.
window.addEventListener("unhandledrejection", ({ reason }) => {
  if (reason.status === 401) start();
  else if (parts && reason.status !== undefined) parts.notice.textContent = reason.message;
});
document.addEventListener("visibilitychange", () => parts?.list.isConnected && seen());
document.addEventListener("click", (event) => {
  const menu = document.querySelector(".menu[open]");
  if (menu && !menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || !desk.write || event.target.closest?.("input, textarea, select, dialog")) return;
  event.preventDefault();
  desk.write.box.focus();
});
for (const [name, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
  window.addEventListener(name, (event) => {
    const zone = document.querySelector(".dropzone");
    if (!zone || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    zone.hidden = name === "drop" || !(over || event.relatedTarget);
    if (name === "drop" && desk.topic === BOARD) open("chat").then(() => desk.write.attach(event.dataTransfer.files));
    else if (name === "drop") desk.write.attach(event.dataTransfer.files);
  });
}

speak(lang());
const link = location.pathname.match(/^\/link\/([^/]+)$/);
if (link) linkPage(link[1], () => start().then(() => passwordDialog(desk.me.id, t("passwordHint"))));
else start();
