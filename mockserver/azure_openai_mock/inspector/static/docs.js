// What is emulated, told from /_mock/openapi.json.

import { fill, h } from "./dom.js";

const description = await (await fetch("/_mock/openapi.json")).json();
const rows = Object.entries(description.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => [method, path, operation]));
fill(document.getElementById("main"), h("table", {}, rows.map(([method, path, { summary }]) => h("tr", {}, h("td", {}, method.toUpperCase()), h("td", {}, path), h("td", {}, summary)))));
