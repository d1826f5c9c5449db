// What changed for an account or a cluster, newest first.
import { h } from "../lib/dom.js";
import { accountName, cutList, quiet } from "../lib/parts.js";
import { placeOf } from "../lib/places.js";
import { prose } from "../lib/shown.js";
import { time } from "../lib/times.js";
import { word } from "../lib/words.js";

function subject(change) {
  return [change.account ? h("a", { href: placeOf.account(change.account) }, accountName(change.account, 48)) : null,
    change.cluster ? h("a", { href: placeOf.cluster(change.cluster) }, change.cluster) : null,
    change.alert ? h("a", { href: placeOf.alert(change.alert) }, change.rule || change.alert) : null,
    change.relation || null].filter(Boolean).map((part) => [" ", part]);
}

function scores(change) {
  if (change.score === undefined) return null;
  return quiet(" ", change.score_before ? `${change.score_before} \u2192 ${change.score}` : String(change.score));
}

export function changeList(changes) {
  return h("ol", { class: "changes" }, cutList(changes, 20, (change) => h("li", null, time(change.at), h("span", null,
    h("b", null, word("change", change.change)), subject(change), scores(change), change.reason ? h("div", { class: "quiet" }, prose(change.reason, 200)) : null))));
}
