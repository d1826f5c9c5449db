// One value: who holds it, when, what it means, and what people wrote about it.
import { ask, askIfThere, urlOf } from "../lib/ask.js";
import { add, fill, h } from "../lib/dom.js";
import { Axis, extent, lanes, spanTitle } from "../lib/lanes.js";
import { accountName, cutList, empty, facts, heading, number, panel, quiet, table, watchForChange } from "../lib/parts.js";
import { placeOf } from "../lib/places.js";
import { name, plainName } from "../lib/shown.js";
import { at as timeAt, range } from "../lib/times.js";
import { t, word } from "../lib/words.js";
import { markButtons, markChip, saidPanel } from "./marks.js";
import { spanOf } from "./values.js";

function holders(value) {
  return table(t("value.holders"), [
    { title: t("col.account"), class: "grow", of: (holder) => h("a", { class: "account", href: placeOf.account(holder.account) }, accountName(holder.account)) },
    { title: t("col.days"), class: "num", of: (holder) => number(holder.count) },
    { title: t("col.when"), class: "when", of: (holder) => range(holder.first, holder.last) }], value.accounts);
}

function tenancy(value) {
  const span = extent(value.accounts.map((holder) => [timeAt(holder.first), timeAt(holder.last)]));
  if (!span) return empty(t("value.holders.none"));
  const axis = new Axis(...span);
  return lanes(t("value.tenancy"), axis.head(""), cutList(value.accounts, 40, (holder) => axis.lane(h("a", { href: placeOf.account(holder.account) }, accountName(holder.account, 32)),
    [{ from: timeAt(holder.first), to: timeAt(holder.last), class: "shared", title: spanTitle(plainName(holder.account, 40), timeAt(holder.first), timeAt(holder.last)) }])));
}

// What one account alone holds the index keeps no text of, and so cannot tell in which ranges it lies. The account's events have
// the text, and the search for that what was said.
async function found(value) {
  const isIt = (each) => each.kind === value.kind && each.key === value.key && each.shown;
  const events = await askIfThere(urlOf`/v1/accounts/${value.accounts[0].account}/events` + "?limit=500");
  const used = events?.events.flatMap((event) => event.values).find(isIt);
  return used && ((await ask("/v1/search?q=" + encodeURIComponent(used.shown))).values.find(isIt) ?? { ...value, shown: used.shown });
}

export const asks = (at) => [urlOf`/v1/values/${at.parts[0] ?? ""}/${at.parts[1] ?? ""}`];

export async function show(at, root, redraw) {
  const load = () => ask(asks(at)[0]);
  const value = await load(), said = markButtons(value, redraw), shown = h("span", null, name(value.shown || t("value.hidden"), 64)), spoken = h("div", null, saidPanel(value));
  add(root, heading([word("kind", value.kind), " ", shown], value.is_hub ? h("span", { class: "chip hub" }, t("value.hub")) : null, markChip(value.mark), said.buttons), spoken,
    panel(t("value.what"), {}, facts(
      [t("col.kind"), word("kind", value.kind)],
      [t("col.holders"), [(value.is_hub ? "\u2265\u2009" : "") + number(value.holders), value.accounts.length < value.holders ? quiet(" ", t("value.latest", { n: number(value.accounts.length) })) : null]],
      value.network ? [t("col.network"), word("network", value.network)] : null,
      [t("col.when"), range(...spanOf(value))],
      [t("col.meaning"), value.mark ? t("mark.meaning") : value.is_hub ? t("value.hub.help") : value.holders > 1 ? t("value.shared.help") : t("value.alone.help")])),
    panel(t("value.tenancy"), { class: "wide", note: t("value.tenancy.note") }, tenancy(value)),
    panel(t("value.holders"), { class: "wide" }, value.accounts.length ? holders(value) : empty(t("value.holders.none"))));
  if (!value.shown && value.accounts.length === 1)
    found(value).then((whole) => whole && (fill(shown, name(whole.shown, 64)), fill(spoken, saidPanel(whole)))).catch(() => null);
  const stop = watchForChange(root, load, JSON.stringify(value), redraw);
  return () => (stop(), said.stop());
}
