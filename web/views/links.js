// The strongest links of all accounts.
import { ask } from "../lib/ask.js";
import { add, h } from "../lib/dom.js";
import { accountName, chip, empty, heading, panel, score, table, watchForChange } from "../lib/parts.js";
import { placeOf } from "../lib/places.js";
import { range } from "../lib/times.js";
import { number, t, word } from "../lib/words.js";

export function families(text) {
  return h("span", { class: "families" }, (text ? text.split(", ") : []).map((family) => h("span", { class: "family" }, word("family", family))));
}

export function linkTable(label, links, options = {}) {
  return table(label, [
    { title: t("col.pair"), class: "grow", of: (link) => h("a", { class: "pair", href: placeOf.pair(link.a, link.b) },
      options.of ? accountName(link.b) : [accountName(link.a), h("span", { class: "and" }, " = "), accountName(link.b)]) },
    { title: t("col.score"), class: "num", of: (link) => score(link.score, link.band) },
    { title: t("col.state"), of: (link) => [chip("link", link.state), link.explained_by && link.explained_by !== link.state ? h("span", { class: "quiet" }, " ", word("relation", link.explained_by)) : null] },
    { title: t("col.families"), of: (link) => families(link.families) },
    { title: t("col.when"), class: "when", of: (link) => range(link.first, link.last) },
  ], links);
}

export const asks = () => ["/v1/links?min=500&limit=200"];

export async function show(at, root, redraw) {
  const load = () => ask(asks()[0]);
  const found = await load();
  add(root, heading(t("tab.links"), h("span", { class: "quiet" }, t("links.count", { n: number(found.total) }))),
    panel(t("links.strongest"), { note: found.total > found.links.length ? t("links.first", { n: found.links.length }) : "" },
      found.links.length ? linkTable(t("links.strongest"), found.links) : empty(t("links.none"))));
  return watchForChange(root, load, JSON.stringify(found), redraw);
}
