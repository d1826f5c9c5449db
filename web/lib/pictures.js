// What draws with a library from npm: loaded when first needed. A daemon that was built without it says so instead.
import { h } from "./dom.js";
import { t } from "./words.js";

const loading = new Map();

function element(path) {
  return path.endsWith(".css") ? h("link", { rel: "stylesheet", href: path }) : h("script", { src: path });
}

// From where this file came, and so of the same version.
const vendor = (file) => new URL("../vendor/" + file, import.meta.url).pathname;

function load(path) {
  if (!loading.has(path))
    loading.set(path, new Promise((done, failed) => {
      const node = element(path);
      node.addEventListener("load", () => done());
      node.addEventListener("error", () => failed(new Error(path)));
      document.head.append(node);
    }));
  return loading.get(path);
}

// The library, or null.
export async function library(which) {
  try {
    if (which === "plot") {
      await Promise.all([load(vendor("uplot.js")), load(vendor("uplot.css"))]);
      return globalThis.uPlot;
    }
    await load(vendor("d3-force.js"));
    return globalThis.d3;
  } catch {
    return null;
  }
}

export function missing() {
  return h("p", { class: "quiet missing" }, t("pictures.missing"));
}
