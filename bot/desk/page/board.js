// The overview: tiles, waiting times, sums and growth, drawn from what the desk tells and renewed as it changes.

import { call } from "./api.js";
import { h } from "./dom.js";
import { day, t } from "./words.js";

const SPACE = "http://www.w3.org/2000/svg";

function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// `open(words)` says something in the conversation.
export function overview(open) {
  const view = h("section", { className: "board", "aria-label": t("overview"), tabIndex: 0, hidden: true });
  let source = null;
  let last = "";

  function show() {
    view.hidden = false;
    if (source) return;
    if (!last) view.replaceChildren(h("p", { className: "hint" }, t("loading")));
    source = new EventSource("/api/overview/events");
    source.addEventListener("board", (event) => event.data !== last && draw(JSON.parse((last = event.data))));
    source.onerror = () => source?.readyState === EventSource.CLOSED && refused();
  }

  // The server said no, or the session is over: the sentence itself, or what stands now without being renewed.
  async function refused() {
    source = null;
    try {
      draw(await call("GET", "/api/overview"));
      if (!view.hidden) setTimeout(() => !view.hidden && show(), 5000);
    } catch (why) {
      view.replaceChildren(h("p", { className: "error", role: "alert" }, why.message));
    }
  }

  function hide() {
    view.hidden = true;
    source?.close();
    source = null;
  }

  function draw(told) {
    const focused = view.contains(document.activeElement) && document.activeElement.dataset.item;
    const top = view.scrollTop;
    view.replaceChildren(
      h("header", {}, h("h2", {}, t("overview")), h("span", { className: "hint" }, told.scope)),
      h("ul", { className: "tiles" }, told.tiles.map((tile) => h("li", { className: tile.tone }, h("span", {}, tile.label), h("b", {}, tile.value)))),
      h("div", { className: "panels" },
        panel(t("growth"), t("growthNote", { size: told.size }), days(told.days)),
        panel(t("waits"), "", bars(told.ages)),
        told.unread.length > 0 && panel(t("failures"), "", list(told.unread)),
        panel(t("sums"), t("sumsNote", { total: told.total }), told.sums.length ? bars(told.sums) : nothing()),
        panel(t("oldest"), "", told.oldest.length ? list(told.oldest) : nothing())));
    view.scrollTop = top;
    if (focused) view.querySelector(`[data-item="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  const panel = (title, note, content) => h("section", { className: "panel" }, h("header", {}, h("h3", {}, title), note && h("span", { className: "hint" }, note)), content);
  const nothing = () => h("p", { className: "hint" }, t("nothing"));

  // Lying bars; label and figure are words, so that they can be read aloud and copied.
  function bars(rows) {
    return h("ul", { className: "bars" }, rows.map((row) => {
      const bar = svg("svg", { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" }, svg("rect", { class: "ground", width: 100, height: 8, rx: 1 }), svg("rect", { class: "bar", width: row.share * 100, height: 8, rx: 1 }));
      return h("li", {}, h("span", { className: "name", title: row.label }, row.label), h("b", {}, row.value), bar);
    }));
  }

  // Thirty days: received as pale bars, filed as strong ones within; every bar names its day and figures.
  function days(all) {
    const most = Math.max(1, ...all.flatMap((each) => [each.received, each.filed]));
    const columns = all.map((each, n) => {
      const title = svg("title", {});
      title.textContent = t("dayFigures", { day: each.day, received: each.received, filed: each.filed });
      return svg("g", {}, title, svg("rect", { class: "catch", x: n * 10, y: 0, width: 10, height: 100 }),
        svg("rect", { class: "received", x: n * 10 + 1, y: 100 - (each.received / most) * 96, width: 8, height: (each.received / most) * 96 }),
        svg("rect", { class: "filed", x: n * 10 + 3, y: 100 - (each.filed / most) * 96, width: 4, height: (each.filed / most) * 96 }));
    });
    const sum = (name) => all.reduce((so, each) => so + each[name], 0).toLocaleString();
    const label = t("monthFigures", { received: sum("received"), filed: sum("filed") });
    return h("figure", {}, svg("svg", { viewBox: "0 0 300 101", preserveAspectRatio: "none", role: "img", "aria-label": label }, ...columns, svg("line", { x1: 0, x2: 300, y1: 100.5, y2: 100.5 })),
      h("div", { className: "ends" }, h("span", {}, all[0].day.slice(5)), h("span", { className: "most" }, t("most", { n: most.toLocaleString() })), h("span", {}, all[all.length - 1].day.slice(5))),
      h("figcaption", { className: "key" }, h("span", { className: "received" }, `${t("received")} ${sum("received")}`), h("span", { className: "filed" }, `${t("filed")} ${sum("filed")}`)));
  }

  function list(items) {
    return h("ul", { className: "items" }, items.map((item) =>
      h("li", {}, h("button", { type: "button", "data-item": item.id, onclick: () => open(t("open", { id: item.id })) },
        h("span", { className: "name" }, item.seller || item.title), h("b", {}, item.money),
        h("span", { className: "hint" }, [item.id, item.code, t("since", { day: day(new Date(item.since)) })].filter(Boolean).join(" · "))))));
  }

  return { view, show, hide };
}
