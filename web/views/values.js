// Values and ranges that people marked, values that so many accounts hold that they mean nothing, and the way to any value.
import { ask } from "../lib/ask.js";
import { add, h } from "../lib/dom.js";
import { empty, heading, name, panel, table, watchForChange } from "../lib/parts.js";
import { placeOf } from "../lib/places.js";
import { range } from "../lib/times.js";
import { markChip, marksPanel, noted } from "./marks.js";
import { number, t, word } from "../lib/words.js";

const MOST_SHOWN = 50; // each comes with the holders that are remembered

export function spanOf(value) {
  const firsts = value.accounts.map((holder) => Date.parse(holder.first)), lasts = value.accounts.map((holder) => Date.parse(holder.last));
  return firsts.length ? [Math.min(...firsts), Math.max(...lasts)] : [NaN, NaN];
}

export function valueRows(label, values) {
  return table(label, [
    { title: t("col.value"), class: "grow", of: (v) => h("a", { class: "value", href: placeOf.value(v.kind, v.key) }, name(v.shown || t("value.hidden"))) },
    { title: t("col.kind"), of: (v) => word("kind", v.kind) },
    { title: t("col.holders"), class: "num", of: (v) => (v.is_hub ? "\u2265\u2009" : "") + number(v.holders) },
    { title: t("col.network"), of: (v) => (v.network ? word("network", v.network) : "") },
    { title: t("col.meaning"), of: (v) => [v.mark ? markChip(v.mark) : v.is_hub ? h("span", { class: "chip hub" }, t("value.hub")) : v.holders > 1 ? t("value.shared") : t("value.alone"), " ", noted(v.notes[0])] },
    { title: t("col.when"), class: "when", of: (v) => range(...spanOf(v)) },
  ], values);
}

export const asks = () => [`/v1/hubs?limit=${MOST_SHOWN}`, "/v1/marks?limit=200"];

export async function show(at, root, redraw) {
  const load = () => Promise.all(asks().map((path) => ask(path)));
  const [hubs, marks] = await load();
  add(root, heading(t("tab.values")),
    panel(t("values.find"), {}, h("p", null, t("values.how"))),
    marksPanel(marks, redraw),
    panel(t("values.hubs"), { note: t("values.hubs.note") }, hubs.values.length ? valueRows(t("values.hubs"), hubs.values) : empty(t("values.none"))));
  return watchForChange(root, load, JSON.stringify([hubs, marks]), redraw);
}
