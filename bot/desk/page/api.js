// Talking to the desk: calls, uploads with progress, and the stream of what happens.

import { lang, t } from "./words.js";

export class Refused extends Error {
  constructor(status, code, text) {
    super(text);
    this.status = status;
    this.code = code;
  }
}

// Works on plain http too, where crypto.randomUUID does not exist.
export const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

function refusal(status, text) {
  try {
    const told = JSON.parse(text);
    return new Refused(status, told.code, told.text);
  } catch {
    return new Refused(status, "", t("broken"));
  }
}

export async function call(method, path, body) {
  const headers = { "Accept-Language": lang() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Refused(0, "", t("notSent"));
  }
  const text = await response.text();
  if (!response.ok) throw refusal(response.status, text);
  return JSON.parse(text);
}

export function upload(sending, progress) {
  const form = new FormData();
  for (const name of ["key", "conversation", "text"]) form.append(name, sending[name]);
  for (const file of sending.files) form.append("files", file, file.name);
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/messages");
    request.setRequestHeader("Accept-Language", lang());
    request.upload.onprogress = (event) => progress(event.loaded);
    request.onload = () =>
      request.status === 202 ? done(JSON.parse(request.responseText)) : failed(refusal(request.status, request.responseText));
    request.onerror = () => failed(new Refused(0, "", t("notSent")));
    request.send(form);
  });
}

// Calls `on.said`, `on.progress` as things happen, `on.line(true|false)` as the line stands, and
// `on.ended` when the browser gave up by itself, which it does when the server refuses.
export function listen(place, on) {
  const source = new EventSource(`/api/events?after=${place}`);
  for (const name of ["said", "progress"])
    source.addEventListener(name, (event) => on[name](JSON.parse(event.data), event.lastEventId));
  source.onopen = () => on.line(true);
  source.onerror = () => {
    on.line(false);
    if (source.readyState === EventSource.CLOSED) on.ended();
  };
  return source;
}
