// A text that can be copied, with the text itself beside the button.

import { h } from "../dom.js";

/** A section with a heading, the text, and a button that copies it. */
export function copyable(title, text, context, note) {
  const block = h("pre", { class: "code", tabindex: "0", "aria-label": title }, text);
  const button = h("button", { type: "button" }, "Copy");
  button.addEventListener("click", async () => {
    const told = (await copied(text, block)) ? "Copied" : "Selected: copy it with the keyboard";
    context.say(`${title}: ${told}`);
    button.textContent = told;
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  button.setAttribute("aria-label", `Copy ${title}`);
  const head = h("div", { class: "row" }, h("h3", {}, title), note ? h("span", { class: "faint" }, note) : null, h("span", { class: "gap" }), button);
  return h("section", { class: "copyable", "data-copy": title }, head, block);
}

/** Whether the text reached the clipboard; if the browser lets no page write there, it is selected. */
async function copied(text, block) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection().selectAllChildren(block);
    return false;
  }
}
