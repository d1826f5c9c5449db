// What draws with a library from npm: loaded when first needed. A page that was built without it says so instead.
import { h } from "./dom.js";
import { t } from "./words.js";

// Names of packages, which the build resolves; where there was nothing to build with, no browser can.
const libraries = { plot: async () => (await import("uplot")).default, graph: () => import("d3-force") };

const loading = {};

// The library, or null.
export function library(which) {
  loading[which] ??= libraries[which]().catch(() => null);
  return loading[which];
}

export function missing() {
  return h("p", { class: "quiet missing" }, t("pictures.missing"));
}
