// One alert: what it says, what became of it, which others are about the same accounts, and what can be done with it.
import { ask, urlOf } from "../lib/ask.js";
import { fill, h } from "../lib/dom.js";
import { engineNow } from "../lib/live.js";
import { accountName, button, chip, copyButton, cutList, failure, facts, levelChip, number, prose, quiet, score, stateChip, waiting } from "../lib/parts.js";
import { placeOf } from "../lib/places.js";
import { adviceText, headOf, reasonText, summaryText, titleText } from "../lib/said.js";
import { may } from "../lib/session.js";
import { plainName } from "../lib/shown.js";
import { age, time } from "../lib/times.js";
import { t, told, word } from "../lib/words.js";
import { actions } from "./alert_acts.js";
import { changeList } from "./changes.js";
import { deadline } from "./now.js";

const REST_MS = 150; // who hurries through the list asks for no history

function people(alert) {
  return [
    alert.owner ? [t("alert.owner"), plainName(alert.owner)] : null,
    alert.snoozed_until ? [t("alert.snoozed"), time(alert.snoozed_until)] : null,
    alert.actor ? [t("alert.actor"), plainName(alert.actor)] : null,
    alert.resolution ? [t("alert.resolution"), word("resolution", alert.resolution)] : null,
    alert.reason ? [t("alert.reason"), prose(reasonText(alert), 400)] : null,
  ];
}

// The summary behind the title that stands above it.
function lead(alert) {
  const title = titleText(alert), text = summaryText(alert);
  return text.startsWith(title) ? text.slice(title.length).replace(/^(: |：)/, "") : text;
}

function whereTo(alert) {
  const to = alert.subject === "cluster" && alert.cluster ? [placeOf.cluster(alert.cluster), t("alert.to.cluster")]
    : alert.accounts.length === 2 ? [placeOf.pair(alert.accounts[0], alert.accounts[1]), t("alert.to.pair")]
      : [placeOf.account(alert.accounts[0]), t("alert.to.account")];
  return h("a", { class: "button primary", href: to[0] }, to[1]);
}

function relatedList(alerts, kind = "related") {
  if (!alerts.length) return h("p", { class: "quiet" }, t("alert.related.none"));
  return h("ul", { class: "plain-list " + kind }, cutList(alerts, 10, (other) => h("li", null, levelChip(other.level), " ", stateChip(other.state), " ",
    h("a", { href: placeOf.alert(other.id) }, titleText(other)), " ", quiet(time(other.opened)), h("div", { class: "quiet" }, prose(summaryText(other), 160)))));
}

// Why it is one of many: each policy with how many of its alerts are merged, gravest first. What the first recommends stands below.
function reasons(group) {
  return h("ul", { class: "plain-list" }, group.reasons.map((why, i) => h("li", null, levelChip(why.level), " ", told(why.title), " ", quiet("× " + number(why.alerts)),
    i > 0 && why.recommendation ? h("div", { class: "quiet" }, prose(adviceText(why), 300)) : null)));
}

// Filled when the reader stays.
function later(title, load) {
  const box = h("div", { class: "later" }, waiting());
  setTimeout(() => box.isConnected && load().catch(failure).then((found) => fill(box, found)), REST_MS);
  return h("section", { "aria-label": title }, h("h3", null, title), box);
}

// hooks: { act(name), back() }
export function detail(alert, hooks) {
  const now = engineNow(), head = headOf(alert), title = titleText(alert), names = alert.group ? alert.group.accounts : alert.accounts;
  return h("article", { class: "alert-detail", "aria-label": title },
    h("header", null, h("div", { class: "chips" }, levelChip(alert.level), stateChip(alert.state), deadline(alert, now), alert.appeal_round ? chip("state", "appealed", t("alert.round", { n: alert.appeal_round })) : null),
      h("h2", null, title), h("p", { class: "lead" }, prose(lead(alert)))),
    alert.group ? h("section", null, h("h3", null, t("alert.reasons", { n: number(alert.group.alerts) })), reasons(alert.group)) : null,
    head.recommendation ? h("p", { class: "advice" }, h("b", null, t("alert.advice"), " "), prose(adviceText(head), 1000)) : null,
    h("div", { class: "buttons" }, whereTo(alert), may("analyst") ? actions().filter((r) => r.fits(alert)).map((r) => button(t("act." + r.name), () => hooks.act(r.name), { key: r.key })) : null),
    may("analyst") ? null : h("p", { class: "quiet" }, t("alert.readonly")),
    facts(
      head.score ? [t("col.score"), [score(head.score), head.score_now === undefined ? null : quiet(" ", t("alert.score.now", { score: head.score_now }))]] : null,
      [t("col.opened"), [time(alert.opened), " ", quiet(age(alert.opened, now))]],
      [t("col.updated"), [time(alert.updated), " ", quiet(age(alert.updated, now))]],
      alert.deadline ? [t("col.deadline"), time(alert.deadline)] : null,
      alert.lead ? [t("alert.lead"), h("a", { href: placeOf.alert(alert.lead) }, alert.lead)] : null,
      ...people(alert),
      [t("col.rule"), h("a", { href: placeOf.rule(alert.rule) }, alert.rule)],
      alert.cluster ? [t("col.cluster"), h("a", { href: placeOf.cluster(alert.cluster) }, alert.cluster)] : null,
      [t("alert.id"), [h("code", null, alert.id), " ", copyButton(alert.id, t("alert.copy"))]]),
    later(t("alert.history"), async () => changeList((await ask(urlOf`/v1/alerts/${alert.id}/history`)).changes, alert.id)),
    h("h3", null, t("alert.accounts", { n: number(names.length) })),
    h("ul", { class: "plain-list" }, names.slice(0, 50).map((account) => h("li", null, h("a", { class: "account", href: placeOf.account(account) }, accountName(account)))),
      names.length > 50 ? h("li", { class: "quiet" }, t("more", { n: number(names.length - 50) })) : null),
    alert.group ? later(t("alert.merged"), async () => relatedList((await ask(urlOf`/v1/alerts?lead=${alert.id}&limit=100`)).alerts, "related merged")) : null,
    later(t("alert.related"), async () => relatedList((await ask(urlOf`/v1/alerts/${alert.id}/related`)).alerts)),
    button(t("alert.back"), hooks.back, { class: "plain back" }));
}

