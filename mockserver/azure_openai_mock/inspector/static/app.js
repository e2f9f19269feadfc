// The shell: which view is shown (the address says: #/requests/…), which scope, keys, and the beat at which views bring themselves up to date.
//
// A view is a module with `view(context) -> {element, update?(), route?(path), key?(event), destroy?()}`:
//   element       what is shown in <main>
//   update()      may be async; called once shown and then every second while the page is visible; what it throws is shown to the person
//   route(path)   the address changed within the view: the words behind the view's own; without it the view is made anew
//   key(event)    a key was pressed outside of fields; true where it was used
//   destroy()     the view is left
// and `context` is
//   api           the control API (api.js)
//   path          the words of the address behind the view's own
//   go(...words)  show another address: go("requests", id)
//   slip(...words) the same, but "back" does not come here again
//   say(text)     tell a screen reader
//   refresh()     have update() called now

import { Api } from "./api.js";
import { fill, h } from "./dom.js";

const VIEWS = [
  { name: "requests", title: "Requests" },
  { name: "chains", title: "Chains" },
  { name: "clock", title: "Clock" },
  { name: "controls", title: "Controls" },
];
const BEAT = 1000;

const main = document.getElementById("main");
const live = document.getElementById("live");
const problem = document.getElementById("problem");
const api = new Api(new URLSearchParams(location.search).get("scope") || "default");

let shown = null; // {name, view}
let turn = 0; // which showing is the newest: an older one that is still loading gives way
let timer = 0;
let beating = null;

function words() {
  const parts = location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decoded);
  return VIEWS.some((view) => view.name === parts[0]) ? parts : [VIEWS[0].name];
}

function decoded(word) {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

const address = (path) => `#/${path.map(encodeURIComponent).join("/")}`;

function go(...path) {
  location.hash = address(path);
}

function slip(...path) {
  location.replace(address(path));
}

function say(text) {
  live.textContent = text;
}

async function show({ anew = false } = {}) {
  const [name, ...path] = words();
  if (!anew && shown?.name === name && shown.view.route) {
    shown.view.route(path);
    return;
  }
  const mine = ++turn;
  const module = await import(`./views/${name}.js`);
  if (mine !== turn) return;
  shown?.view.destroy?.();
  clearProblem();
  const context = { api, path, go, slip, say, refresh: beat };
  shown = { name, view: module.view(context) };
  fill(main, shown.view.element);
  document.title = `${VIEWS.find((view) => view.name === name).title} · azure-openai-mock`;
  for (const link of document.querySelectorAll("#views a")) {
    if (link.dataset.view === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  beat();
}

/** Bring the view up to date, now; one at a time. */
async function beat() {
  clearTimeout(timer);
  if (beating) return beating;
  beating = update();
  await beating;
  beating = null;
  timer = setTimeout(beat, BEAT);
}

async function update() {
  if (!shown || document.hidden) return;
  const { view } = shown;
  try {
    await view.update?.();
    clearProblem();
  } catch (error) {
    if (shown?.view === view) tell(error);
  }
}

function tell(error) {
  if (error.needsToken) {
    if (problem.dataset.kind === "token") return;
    problem.dataset.kind = "token";
    fill(problem, tokenForm());
  } else {
    if (error.status === undefined) console.error(error);
    problem.dataset.kind = "text";
    if (problem.textContent !== error.message) fill(problem, error.message);
  }
  problem.hidden = false;
}

function clearProblem() {
  problem.hidden = true;
  problem.dataset.kind = "";
  fill(problem);
}

function tokenForm() {
  const field = h("input", { type: "password", name: "token", autocomplete: "off", "aria-label": "Admin token" });
  const use = (event) => {
    event.preventDefault();
    api.useToken(field.value);
    clearProblem();
    beat();
  };
  return h("form", { class: "token", onsubmit: use }, "This server wants its admin token. ", field, h("button", { type: "submit" }, "Use"));
}

/** Other things than a beat may fail, too. */
window.addEventListener("unhandledrejection", (event) => {
  if (event.reason instanceof Error) {
    tell(event.reason);
    if (event.reason.status !== undefined) event.preventDefault();
  }
});

function tabs() {
  const links = VIEWS.map(({ name, title }) => h("a", { href: `#/${name}`, "data-view": name }, title));
  fill(document.getElementById("views"), links, h("a", { href: "/_mock/docs" }, "API"));
}

function scopes() {
  const select = h("select", { id: "scope" }, h("option", { value: api.scope }, api.scope));
  const list = async () => {
    try {
      const names = new Set([...(await api.get("scopes")).data, api.scope]);
      fill(select, [...names].map((name) => h("option", { value: name }, name)));
      select.value = api.scope;
    } catch {
      // the beat tells it
    }
  };
  select.addEventListener("focus", list);
  select.addEventListener("pointerenter", list);
  select.addEventListener("change", () => {
    api.scope = select.value;
    history.replaceState(null, "", `?${new URLSearchParams({ scope: api.scope })}#/${words()[0]}`);
    show({ anew: true });
  });
  list();
  fill(document.getElementById("tools"), h("div", { class: "scope" }, h("label", { for: select.id }, "Scope"), select));
}

const TYPED = new Set(["INPUT", "TEXTAREA", "SELECT"]);

function key(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = TYPED.has(event.target.tagName) || event.target.isContentEditable;
  if (typing) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (shown?.view.key?.(event)) {
    event.preventDefault();
    return;
  }
  const number = Number(event.key);
  if (event.key === "/") {
    const search = main.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select?.();
    }
  } else if (number >= 1 && number <= VIEWS.length) {
    go(VIEWS[number - 1].name);
  }
}

tabs();
scopes();
document.addEventListener("keydown", key);
document.addEventListener("visibilitychange", () => document.hidden || beat());
window.addEventListener("hashchange", () => show());
show();
