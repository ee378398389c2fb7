// Looking closely: pages of an original and pictures, with zoom, page by page.

import { dialog, h, icon } from "./dom.js";
import { t } from "./words.js";

export const pageOf = (item, page) => `/api/items/${encodeURIComponent(item)}/pages/${page}`;

export function viewItem(card) {
  let page = 0;
  const number = h("span", { role: "status" });
  const original = h(
    "a",
    {
      className: "tool",
      href: `/api/items/${encodeURIComponent(card.about)}/original`,
      download: "",
      title: t("original"),
      "aria-label": t("original"),
    },
    icon("down"),
  );
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
  const picture = viewer(
    card.title,
    "",
    [tool("left", "previous", () => turn(-1)), number, tool("right", "next", () => turn(1))],
    [original],
    turn,
  );
  turn(0);
}

export function viewPicture(name, href) {
  viewer(
    name,
    href,
    [],
    [h("a", { className: "tool", href, download: name, "aria-label": t("download", { name }) }, icon("down"))],
    () => {},
  );
}

const tool = (shape, word, onclick) =>
  h("button", { type: "button", className: "tool", title: t(word), "aria-label": t(word), onclick }, icon(shape));

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
  const box = dialog(
    "viewer",
    title,
    h(
      "div",
      { className: "tools" },
      h("strong", {}, title),
      pages,
      tool("minus", "zoomOut", () => scale(1 / 1.5)),
      tool("plus", "zoomIn", () => scale(1.5)),
      more,
      tool("close", "close", () => box.close()),
    ),
    stage,
  );
  box.addEventListener("keydown", (event) => {
    const act = {
      "+": () => scale(1.5),
      "=": () => scale(1.5),
      "-": () => scale(1 / 1.5),
      PageDown: () => turn(1),
      PageUp: () => turn(-1),
    }[event.key];
    if (act) act();
  });
  return picture;
}
