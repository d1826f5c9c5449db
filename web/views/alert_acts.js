// What people do with alerts, with one or with many. What was typed survives a refusal, a sign-in that ran out and a closed
// dialog.
import { send, urlOf } from "../lib/ask.js";
import { add, fill, freshId, h } from "../lib/dom.js";
import { button, number, prose, quiet, toast } from "../lib/parts.js";
import { problemText, summaryText } from "../lib/said.js";
import { myName } from "../lib/session.js";
import { DAY, HOUR, zone } from "../lib/times.js";
import { t, word } from "../lib/words.js";

const drafts = new Map();

const VERDICTS = ["confirmed", "not_same", "clean"];
const RESOLUTIONS = ["confirmed", "false_positive", "explained", "withdrawn", "expired"];
const SPANS = { "1h": HOUR, "1d": DAY, "7d": 7 * DAY };
const BULK_MAX = 1000; // as many alerts as the daemon takes at once

const stands = (alert) => alert.state !== "resolved";
const leads = (a) => stands(a) && !a.lead; // a merged one is worked on by its lead
const reasonOf = (form) => ({ reason: form.reason });

// Its name, which is the last word of its path, and its key; whom it fits; what it asks for beside the reason; what is sent of
// the fields of the form: `body` to the alert or to many at once, `post` (path and body) for each alert by itself.
const rows = [
  { name: "ack", key: "a", fits: (a) => a.state === "open" && !a.lead, body: reasonOf },
  { name: "assign", key: "o", fits: leads, fields: ownerField, body: (f) => ({ owner: f.owner.trim(), reason: f.reason }) },
  { name: "note", key: "n", label: "act.note.text", fits: () => true, body: (f) => ({ text: f.reason }) },
  { name: "snooze", key: "s", fits: leads, fields: untilFields, body: (f) => ({ until: untilOf(f), reason: f.reason }) },
  { name: "wake", key: "w", fits: (a) => leads(a) && a.snoozed_until, body: reasonOf },
  { name: "verdict", key: "v", fits: () => true, fields: (kept) => choices("verdict", VERDICTS, kept), post: (a, f) => ["/v1/verdicts", verdictBody(a, f)] },
  { name: "resolve", key: "e", fits: stands, fields: (kept) => choices("resolution", RESOLUTIONS, kept), body: (f) => ({ value: f.choice, reason: f.reason }) },
  { name: "reopen", key: "r", fits: (a) => !stands(a), body: reasonOf },
];

export function actions() {
  return rows;
}

function verdictBody(alert, form) {
  const body = { account: alert.accounts[0], alert: alert.id, value: form.choice, reason: form.reason };
  if (form.choice !== "clean" && alert.accounts.length === 2) body.with = alert.accounts[1];
  return body;
}

const radio = (value, isChecked) => h("input", { type: "radio", name: "choice", value, required: true, checked: isChecked });

function choices(group, values, kept) {
  const chosen = kept.choice || values[0];
  return h("fieldset", { class: "choices" }, h("legend", null, t("act.which")),
    values.map((value) => h("label", { class: "choice" }, radio(value, value === chosen),
      h("span", null, h("b", null, word(group, value)), quiet(t(`${group}.help.${value}`))))));
}

function ownerField(kept, owners) {
  const id = freshId("owner"), list = freshId("owners");
  return [h("label", { for: id }, t("act.owner")),
    h("input", { id, type: "text", name: "owner", list, maxlength: "256", autocomplete: "off", spellcheck: "false", value: kept.owner ?? myName() }),
    h("datalist", { id: list }, owners.map((owner) => h("option", { value: owner })))];
}

// A span from now, or a time in the zone that the page shows times in.
function untilFields(kept) {
  const chosen = kept.choice || "1d", label = t("act.until", { zone: zone() }), at = radio("at", chosen === "at");
  const time = h("input", { type: "datetime-local", name: "until", "aria-label": label, value: kept.until || "", required: chosen === "at" });
  return h("fieldset", { class: "choices", oninput: (event) => {
    if (event.target === time) at.checked = true;
    time.required = at.checked;
  } }, h("legend", null, t("act.span")),
  Object.keys(SPANS).map((span) => h("label", { class: "choice" }, radio(span, span === chosen), h("span", null, t("act.span." + span)))),
  h("div", { class: "choice" }, h("label", null, at, h("span", null, label)), time));
}

const untilOf = (form) => (form.choice in SPANS ? Date.now() + SPANS[form.choice] : Date.parse(form.until + (zone() === "UTC" ? "Z" : "")));

async function post(row, alerts, form) {
  if (row.post) return send(...row.post(alerts[0], form));
  if (alerts.length === 1) return send(urlOf`/v1/alerts/${alerts[0].id}/${row.name}`, row.body(form));
  const answer = await send("/v1/alerts/acts", { act: row.name, alerts: alerts.map((a) => a.id), ...row.body(form) });
  if (answer.refused.length) throw new Error(problemText(answer.refused[0].detail, answer.refused[0].error));
  return answer;
}

// What was not done, with the reason of each. The daemon does it to all that it is given at once, or to none.
async function carryOut(row, alerts, form, progress) {
  const failed = [], atOnce = row.post ? 1 : BULK_MAX;
  for (let i = 0; i < alerts.length; i += atOnce) {
    const part = alerts.slice(i, i + atOnce);
    progress(i + part.length);
    try {
      await post(row, part, form);
    } catch (error) {
      failed.push(...part.map((alert) => [alert, error]));
    }
  }
  return failed;
}

function body(row, alerts, id, fields) {
  const title = t("act." + row.name);
  return [h("h1", { id: id + "-title" }, alerts.length > 1 ? t("act.title.many", { act: title, n: number(alerts.length) }) : title),
    alerts.length === 1 ? h("p", { class: "quiet" }, prose(summaryText(alerts[0]), 240)) : null, fields];
}

// The dialog of an act on some alerts; true when it was done. Owners: names that are offered.
export function offer(which, alerts, owners = []) {
  const row = rows.find((r) => r.name === which), fitting = alerts.filter(row.fits), id = freshId("act");
  if (!fitting.length) {
    toast(t("act.nothing"), "bad");
    return Promise.resolve(false);
  }
  const key = which + " " + fitting.map((a) => a.id).join(" "), kept = drafts.get(key) || {};
  return new Promise((settle) => {
    let left = fitting, done = false;
    const reason = h("textarea", { id: id + "-reason", name: "reason", rows: "3", maxlength: "2000", required: true, value: kept.reason || "" });
    const problem = h("p", { class: "problem", role: "alert" }), go = h("button", { type: "submit", class: "primary" }, t("act." + which));
    const box = h("dialog", { class: "act", "aria-labelledby": id + "-title", onclose: () => {
      box.remove();
      settle(done);
    } });
    const typed = () => Object.fromEntries(new FormData(box.firstChild));
    const submit = async (event) => {
      event.preventDefault();
      const form = { ...typed(), reason: reason.value.trim() }, of = left.length;
      if (!form.reason) return void reason.focus();
      go.disabled = true;
      const failed = await carryOut(row, left, form, (n) => fill(go, of > 1 ? t("act.progress", { n, of }) : t("act.sending")));
      go.disabled = false;
      fill(go, t("act." + which));
      left = failed.map(([alert]) => alert);
      if (failed.length) return void fill(problem, t("act.failed", { n: failed.length, of }), " ", failed[0][1].message);
      drafts.delete(key);
      done = true;
      box.close();
      toast(t("act.done." + which, { n: number(fitting.length) }));
    };
    add(box, h("form", { onsubmit: submit, oninput: () => drafts.set(key, typed()) }, body(row, fitting, id, row.fields?.(kept, owners)),
      h("label", { for: reason.id }, t(row.label || "act.reason")), reason, quiet(t("act.actor", { name: myName() })), problem,
      h("div", { class: "buttons" }, button(t("cancel"), () => box.close(), { class: "plain" }), go)));
    add(document.body, box);
    box.showModal();
    (box.querySelector("input:checked, input[type=text]") || reason).focus();
  });
}
