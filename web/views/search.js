// Whatever someone has in hand: accounts, alerts, clusters, and values with their holders.
import { ask } from "../lib/ask.js";
import { add, h } from "../lib/dom.js";
import { accountName, empty, heading, panel } from "../lib/parts.js";
import { placeOf } from "../lib/places.js";
import { summaryText } from "../lib/said.js";
import { plainName, prose } from "../lib/shown.js";
import { number, t } from "../lib/words.js";
import { valueRows } from "./values.js";

const asked = (at) => (at.query.get("q") || "").trim();
export const asks = (at) => (asked(at) ? ["/v1/search?q=" + encodeURIComponent(asked(at))] : []);

export async function show(at, root) {
  const q = asked(at);
  const field = document.getElementById("search");
  if (field) field.value = q;
  if (!q) return void add(root, heading(t("search.title")), empty(t("search.nothing")));
  const found = await ask(asks(at)[0]);
  const panels = [];
  if (found.accounts.length)
    panels.push(panel(t("search.accounts"), { note: found.more_accounts ? t("links.first", { n: found.accounts.length }) : number(found.accounts.length) },
      h("ul", { class: "plain-list" }, found.accounts.map((account) => h("li", null, h("a", { href: placeOf.account(account) }, accountName(account)))))));
  if (found.alert)
    panels.push(panel(t("search.alert"), {}, h("a", { href: placeOf.alert(found.alert.id) }, prose(summaryText(found.alert)))));
  if (found.cluster)
    panels.push(panel(t("search.cluster"), {}, h("a", { href: placeOf.cluster(found.cluster.cluster) }, t("cluster.title", { id: found.cluster.cluster }))));
  if (found.values.length)
    panels.push(panel(t("search.values"), {}, valueRows(t("search.values"), found.values)));
  add(root, heading(t("search.for", { q: plainName(q, 48) })), panels.length ? panels : empty(t("search.none"), h("p", { class: "quiet" }, t("search.how"))));
}
