// What changed for an account, a cluster or an alert, newest first: who did it, and why.
import { h } from "../lib/dom.js";
import { accountName, cutList, quiet, relationName } from "../lib/parts.js";
import { placeOf } from "../lib/places.js";
import { reasonText } from "../lib/said.js";
import { name, plainName, prose } from "../lib/shown.js";
import { time } from "../lib/times.js";
import { t, word } from "../lib/words.js";

// How the value of a change is written, where it says more than the change does.
const values = {
  alert_assigned: (owner) => (owner ? plainName(owner) : t("change.nobody")), alert_snoozed: (until) => time(until),
  alert_merged: alertLink, alert_parted: alertLink,
  alert_resolved: (value) => ["\u2013 ", word("resolution", value)], verdict: (value) => (value ? ["\u2013 ", word("verdict", value)] : null),
};

function alertLink(id) {
  return id ? h("a", { href: placeOf.alert(id) }, id) : null;
}

function value(change) {
  return values[change.change] ? [" ", values[change.change](change.value ?? change.because?.value ?? "")] : null;
}

function subject(change, about) {
  return [change.account ? h("a", { href: placeOf.account(change.account) }, accountName(change.account, 48)) : null,
    change.cluster ? h("a", { href: placeOf.cluster(change.cluster) }, change.cluster) : null,
    change.alert && change.alert !== about ? h("a", { href: placeOf.alert(change.alert) }, change.rule || change.alert) : null,
    change.relation ? relationName(change.relation, 60) : null].filter(Boolean).map((part) => [" ", part]);
}

function scores(change) {
  if (change.score === undefined) return null;
  return quiet(" ", change.score_before ? `${change.score_before} \u2192 ${change.score}` : String(change.score));
}

// about: the alert whose history it is; it is not named in each line.
export function changeList(changes, about) {
  return h("ol", { class: "changes" }, cutList(changes, 20, (change) => h("li", null, time(change.at), h("span", null,
    h("b", null, word("change", change.change)), value(change), subject(change, about), scores(change),
    change.actor ? quiet(" ", t("change.by", { actor: plainName(change.actor) })) : null,
    change.reason ? h("div", { class: "quiet" }, prose(reasonText(change), 400)) : null))));
}
