// Building the page: elements from values. Text only ever becomes a text node, so nothing said can become markup.

export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && !name.includes("-") && name !== "list" && name !== "form") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

const PATHS = {
  clip: "M20 11.5l-8.2 8.2a5 5 0 0 1-7-7l8.6-8.7a3.3 3.3 0 0 1 4.7 4.7l-8.6 8.6a1.7 1.7 0 0 1-2.4-2.3l7.8-7.9",
  send: "M4 12l16-8-6 16-3-7z",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  down: "M12 4v11m-5-4l5 5 5-5M5 20h14",
  close: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  warn: "M12 4l9 16H3zM12 10v5m0 2v1",
};

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

// A modal dialog that cleans up after itself; Esc closes it and the focus returns to where it was.
export function dialog(className, label, ...children) {
  const back = document.activeElement;
  const box = h("dialog", { className, "aria-label": label }, ...children);
  box.addEventListener("close", () => {
    box.remove();
    const next = back?.isConnected ? back : document.querySelector("#composer"); // what opened it may have been renewed
    next?.blur(); // the browser has given it the focus while it was still inert: without this it shows no caret
    next?.focus();
  });
  box.addEventListener("click", (event) => event.target === box && className === "viewer" && box.close());
  document.body.append(box);
  box.showModal();
  return box;
}
