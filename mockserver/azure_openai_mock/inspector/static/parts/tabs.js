// Tabs over panels, as the pattern for assistive technology has them: arrows move, Home and End jump.

import { fill, h } from "../dom.js";

let made = 0;

/** `pages` are `{name, title, draw()}`; `draw` gives the panel's content when it is first shown. `chosen(name)` hears of changes. */
export function tabs(label, pages, first, chosen) {
  const base = `tabs${++made}`;
  const drawn = new Map();
  const panel = h("div", { class: "tab-panel", role: "tabpanel", id: `${base}-panel`, tabindex: "0" });
  const buttons = pages.map(({ name, title }) =>
    h("button", { type: "button", role: "tab", id: `${base}-${name}`, "aria-controls": panel.id, "data-tab": name, onclick: () => show(name) }, title),
  );
  const list = h("div", { class: "tab-list", role: "tablist", "aria-label": label, onkeydown: move }, buttons);

  function show(name, focus = false) {
    const page = pages.find((each) => each.name === name) ?? pages[0];
    for (const button of buttons) {
      const mine = button.dataset.tab === page.name;
      button.setAttribute("aria-selected", String(mine));
      button.tabIndex = mine ? 0 : -1;
      if (mine) {
        panel.setAttribute("aria-labelledby", button.id);
        if (focus) button.focus();
      }
    }
    if (!drawn.has(page.name)) drawn.set(page.name, page.draw());
    fill(panel, drawn.get(page.name));
    chosen?.(page.name);
  }

  function move(event) {
    const here = buttons.indexOf(document.activeElement);
    const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (here < 0 || to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    show(pages[(to + pages.length) % pages.length].name, true);
  }

  show(first);
  return h("div", { class: "tabbed" }, list, panel);
}
