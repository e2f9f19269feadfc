// Elements from data. Text becomes text nodes and nothing else: no string is ever read as HTML.

const SVG = "http://www.w3.org/2000/svg";
const IN_SVG = new Set(["svg", "g", "path", "rect", "circle", "line", "polyline", "text", "title", "defs", "marker", "polygon"]);

/**
 * h("button", {class: "quiet", onclick: act, "aria-pressed": "false"}, "Pause", [more, children])
 *
 * A property whose name begins with "on" is a listener; true gives a bare attribute; false, null and undefined leave it out; "value",
 * "checked" and the like, which elements keep as state, are set as properties. Children are nodes, texts, numbers, lists of these, or nothing.
 */
export function h(tag, properties, ...children) {
  return made(document.createElement(tag), properties, children);
}

/** The same for elements of a drawing. */
export function svg(tag, properties, ...children) {
  if (!IN_SVG.has(tag)) throw new TypeError(`${tag} is not an element of a drawing`);
  return made(document.createElementNS(SVG, tag), properties, children);
}

const STATE = new Set(["value", "checked", "selected", "disabled", "hidden", "open", "indeterminate"]);

function made(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (STATE.has(name) && name in element) element[name] = value ?? (name === "value" ? "" : false);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  put(element, children);
  return element;
}

function put(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) put(element, child);
    else if (child instanceof Node) element.append(child);
    else if (child !== null && child !== undefined && child !== false) element.append(document.createTextNode(String(child)));
  }
}

/** Put these children in the place of all that the element holds. */
export function fill(element, ...children) {
  element.replaceChildren();
  put(element, children);
  return element;
}
