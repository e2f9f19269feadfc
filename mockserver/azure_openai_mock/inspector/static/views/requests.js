// The live list of requests, and one of them in full.

import { fill, h } from "../dom.js";

export function view(context) {
  const list = h("ol", {});
  return {
    element: h("section", {}, list),
    async update() {
      const { data } = await context.api.get("requests");
      fill(list, data.map((entry) => h("li", {}, `${entry.method} ${entry.path} ${entry.status}`)));
    },
  };
}
