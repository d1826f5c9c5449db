// One alert, and what people do with it. Every statement has a reason; what was typed survives a refusal, a sign-in that ran
// out and a closed dialog.
import { send, urlOf } from "../lib/ask.js";
import { add, fill, freshId, h } from "../lib/dom.js";
import { engineNow } from "../lib/live.js";
import { accountName, button, chip, copyButton, facts, levelChip, number, prose, quiet, score, stateChip, toast } from "../lib/parts.js";
import { placeOf } from "../lib/places.js";
import { may, myName } from "../lib/session.js";
import { plainName } from "../lib/shown.js";
import { age, time } from "../lib/times.js";
import { t, word } from "../lib/words.js";
import { deadline } from "./now.js";

const drafts = new Map();

const VERDICTS = ["confirmed", "not_same", "clean"];
const RESOLUTIONS = ["confirmed", "false_positive", "explained", "expired"];
const SNOOZES = [["1h", 3600000], ["8h", 28800000], ["1d", 86400000], ["3d", 259200000], ["7d", 604800000]];

// name, key, whether it may be done to many at once, its path and its body for one alert.
const rows = [
  { name: "ack", key: "a", bulk: true, fits: (a) => a.state === "open", post: (a, f) => [urlOf`/v1/alerts/${a.id}/ack`, { reason: f.reason }] },
  { name: "verdict", key: "v", bulk: true, choices: VERDICTS, group: "verdict", fits: () => true, post: (a, f) => ["/v1/verdicts", verdictBody(a, f)] },
  { name: "resolve", key: "e", bulk: true, choices: RESOLUTIONS, group: "resolution", fits: (a) => a.state !== "resolved", post: (a, f) => [urlOf`/v1/alerts/${a.id}/resolve`, { value: f.choice, reason: f.reason }] },
];

export function actions() {
  return rows;
}

function verdictBody(alert, form) {
  const body = { account: alert.accounts[0], alert: alert.id, value: form.choice, reason: form.reason };
  if (form.choice !== "clean" && alert.accounts.length === 2) body.with = alert.accounts[1];
  return body;
}

function choices(row, id) {
  return h("fieldset", { class: "choices" }, h("legend", null, t("act.which")),
    row.choices.map((value, i) => h("label", { class: "choice" }, h("input", { type: "radio", name: id, value, required: true, checked: i === 0 }),
      h("span", null, h("b", null, word(row.group, value)), quiet(t(`${row.group}.help.${value}`))))));
}

async function each(alerts, post, progress) {
  const failed = [];
  for (const [i, alert] of alerts.entries()) {
    progress(i + 1);
    try {
      await send(...post(alert));
    } catch (error) {
      failed.push([alert, error]);
    }
  }
  return failed;
}

// The dialog of an action on some alerts; true when it was done.
export function offer(which, alerts) {
  const row = rows.find((r) => r.name === which), fitting = alerts.filter(row.fits), id = freshId("act");
  if (!row || !fitting.length) {
    toast(t("act.nothing"), "bad");
    return Promise.resolve(false);
  }
  const key = which + " " + fitting.map((a) => a.id).join(" ");
  return new Promise((settle) => {
    const reason = h("textarea", { id: id + "-reason", rows: "3", maxlength: "2000", required: true, value: drafts.get(key) || "", oninput: (event) => drafts.set(key, event.target.value) });
    const problem = h("p", { class: "problem", role: "alert" }), go = h("button", { type: "submit", class: "primary" }, t("act." + which));
    let done = false;
    const box = h("dialog", { class: "act", "aria-labelledby": id + "-title", onclose: () => {
      box.remove();
      settle(done);
    } });
    const submit = async (event) => {
      event.preventDefault();
      const form = { reason: reason.value.trim(), choice: box.querySelector(`input[name="${id}"]:checked`)?.value };
      if (!form.reason) return void reason.focus();
      go.disabled = true;
      const failed = await each(fitting, (alert) => row.post(alert, form), (n) => fill(go, fitting.length > 1 ? t("act.progress", { n, of: fitting.length }) : t("act.sending")));
      go.disabled = false;
      fill(go, t("act." + which));
      if (failed.length) return void fill(problem, t("act.failed", { n: failed.length, of: fitting.length }), " ", failed[0][1].message);
      drafts.delete(key);
      done = true;
      box.close();
      toast(t("act.done." + which, { n: number(fitting.length) }));
    };
    add(box, h("form", { onsubmit: submit },
      h("h1", { id: id + "-title" }, fitting.length > 1 ? t("act.title.many", { act: t("act." + which), n: number(fitting.length) }) : t("act." + which)),
      fitting.length === 1 ? h("p", { class: "quiet" }, prose(fitting[0].summary, 240)) : null,
      row.choices ? choices(row, id) : null,
      h("label", { for: reason.id }, t("act.reason")), reason, quiet(t("act.actor", { name: myName() })), problem,
      h("div", { class: "buttons" }, button(t("cancel"), () => box.close(), { class: "plain" }), go)));
    add(document.body, box);
    box.showModal();
    (row.choices ? box.querySelector("input") : reason).focus();
  });
}

function people(alert) {
  return [
    alert.owner ? [t("alert.owner"), plainName(alert.owner)] : null,
    alert.snoozed_until ? [t("alert.snoozed"), time(alert.snoozed_until)] : null,
    alert.actor ? [t("alert.actor"), plainName(alert.actor)] : null,
    alert.resolution ? [t("alert.resolution"), word("resolution", alert.resolution)] : null,
    alert.reason ? [t("alert.reason"), prose(alert.reason, 400)] : null,
  ];
}

function whereTo(alert) {
  const to = alert.subject === "cluster" && alert.cluster ? [placeOf.cluster(alert.cluster), t("alert.to.cluster")]
    : alert.accounts.length === 2 ? [placeOf.pair(alert.accounts[0], alert.accounts[1]), t("alert.to.pair")]
      : [placeOf.account(alert.accounts[0]), t("alert.to.account")];
  return h("a", { class: "button primary", href: to[0] }, to[1]);
}

// hooks: { act(name), back() }
export function detail(alert, hooks) {
  const now = engineNow();
  return h("article", { class: "alert-detail", "aria-label": alert.title },
    h("header", null, h("div", { class: "chips" }, levelChip(alert.level), stateChip(alert.state), deadline(alert, now), alert.appeal_round ? chip("state", "appealed", t("alert.round", { n: alert.appeal_round })) : null),
      h("h2", null, alert.title), h("p", { class: "lead" }, prose(alert.summary))),
    alert.recommendation ? h("p", { class: "advice" }, h("b", null, t("alert.advice"), " "), alert.recommendation) : null,
    h("div", { class: "buttons" }, whereTo(alert), may("analyst") ? rows.filter((r) => r.fits(alert)).map((r) => button(t("act." + r.name), () => hooks.act(r.name), { key: r.key })) : null),
    may("analyst") ? null : h("p", { class: "quiet" }, t("alert.readonly")),
    facts(
      alert.score ? [t("col.score"), score(alert.score)] : null,
      [t("col.opened"), [time(alert.opened), " ", quiet(age(alert.opened, now))]],
      [t("col.updated"), [time(alert.updated), " ", quiet(age(alert.updated, now))]],
      alert.deadline ? [t("col.deadline"), time(alert.deadline)] : null,
      ...people(alert),
      [t("col.rule"), h("a", { href: placeOf.rule(alert.rule) }, alert.rule)],
      alert.cluster ? [t("col.cluster"), h("a", { href: placeOf.cluster(alert.cluster) }, alert.cluster)] : null,
      [t("alert.id"), [h("code", null, alert.id), " ", copyButton(alert.id, t("alert.copy"))]]),
    h("h3", null, t("alert.accounts", { n: number(alert.accounts.length) })),
    h("ul", { class: "plain-list" }, alert.accounts.slice(0, 50).map((account) => h("li", null, h("a", { class: "account", href: placeOf.account(account) }, accountName(account)))),
      alert.accounts.length > 50 ? h("li", { class: "quiet" }, t("more", { n: number(alert.accounts.length - 50) })) : null),
    button(t("alert.back"), hooks.back, { class: "plain back" }));
}

