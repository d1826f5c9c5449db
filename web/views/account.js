// One account: risk and how it came about, what it used when, its devices and how they drifted, whom it is linked with, what it
// declared, and its events as the journal keeps them.
import { ask, askIfThere, urlOf } from "../lib/ask.js";
import { add, fill, h } from "../lib/dom.js";
import { engineNow } from "../lib/live.js";
import { Axis, extent, lanes, spanTitle } from "../lib/lanes.js";
import { accountName, afterFrame, button, chip, cutList, empty, facts, folded, heading, number, panel, quiet, score, table, toast, watchForChange } from "../lib/parts.js";
import { placeOf } from "../lib/places.js";
import { plot } from "../lib/plot.js";
import { may } from "../lib/session.js";
import { name, plainName, prose } from "../lib/shown.js";
import { age, at as timeAt, range, secondText, time } from "../lib/times.js";
import { t, word } from "../lib/words.js";
import { changeList } from "./changes.js";
import { dossierButton } from "./dossier.js";
import { linkTable } from "./links.js";
import { noted } from "./marks.js";
import { state } from "./statement.js";

const FIRST = ["ip", "device.id", "device.hardware", "device.fingerprint", "device.place"];
const KEPT_APART = new Set(["port_block"]);

// The index keeps no text of values that one account holds alone, and cannot tell what was said of them: the events do.
function textsOf(events) {
  const texts = new Map();
  for (const event of events) for (const value of event.values) if (value.shown) texts.set(value.kind + " " + value.key, value);
  return texts;
}

function groups(values) {
  const byKind = new Map();
  for (const value of values) if (!KEPT_APART.has(value.kind)) byKind.set(value.kind, [...(byKind.get(value.kind) || []), value]);
  const rank = (kind) => (FIRST.indexOf(kind) < 0 ? FIRST.length : FIRST.indexOf(kind));
  return [...byKind].sort((a, b) => rank(a[0]) - rank(b[0]) || a[0].localeCompare(b[0]));
}

function valueLane(axis, value, texts) {
  const known = texts.get(value.kind + " " + value.key), shown = value.shown || known?.shown || "", said = value.noted ?? known?.noted;
  const note = [value.network ? word("network", value.network) : null, value.is_marked ? t("mark.short") : value.is_hub ? t("value.hub") : value.holders > 1 ? t("pair.holders", { n: number(value.holders) }) : null].filter(Boolean).join(" \u00b7 ");
  const from = timeAt(value.first), to = timeAt(value.last);
  return axis.lane(shown ? name(shown, 40) : quiet(t("value.hidden")), [{ from, to, class: (value.holders > 1 ? "shared" : "own") + (value.is_hub ? " hub" : "") + (value.network ? " net-" + value.network : ""),
    href: value.key ? placeOf.value(value.kind, value.key) : null, title: spanTitle(plainName(shown || t("value.hidden"), 40), from, to) }], { note, below: noted(said) });
}

function timeline(account, events) {
  const texts = textsOf(events), spans = account.values.map((v) => [timeAt(v.first), timeAt(v.last)]).concat(events.map((e) => [timeAt(e.ts), timeAt(e.ts)]));
  const span = extent(spans);
  if (!span) return empty(t("account.values.none"));
  const axis = new Axis(...span);
  const marks = events.map((e) => axis.mark(timeAt(e.ts), "of-a" + (e.ok === false ? " failed" : "") + (e.type === "closed" ? " closed" : ""), `${word("type", e.type)} ${secondText(timeAt(e.ts))}`));
  return lanes(t("account.timeline"), axis.head(""),
    events.length ? axis.lane(t("account.activity"), [], { class: "activity", note: t("lanes.events", { n: number(events.length) }), marks }) : null,
    groups(account.values).map(([kind, values]) => [h("div", { class: "lane-group", role: "listitem" }, word("kind", kind), quiet(" ", number(values.length))),
      cutList(values, 12, (value) => valueLane(axis, value, texts))]));
}

// Runs of one text, in order of time: what a component of a device said from when to when.
function runs(readings) {
  const out = [];
  for (const { at, text } of readings) {
    const last = out.at(-1);
    if (last && last.text === text) last.to = at;
    else out.push({ text, from: at, to: at });
  }
  return out;
}

// A kind may have several values in one event; they are one reading.
function textsByKind(values) {
  const texts = new Map();
  for (const v of values) texts.set(v.kind, texts.has(v.kind) ? texts.get(v.kind) + " \u00b7 " + v.shown : v.shown);
  return texts;
}

function devicesOf(events) {
  const devices = new Map();
  for (const event of [...events].reverse()) {
    const id = event.values.find((v) => v.kind === "device.id");
    const others = event.values.filter((v) => /^(device\.(?!id)|user_agent|screen|timezone|language|ja4|tcp)/.test(v.kind));
    if (!id && !others.length) continue;
    const key = id ? id.key : "";
    if (!devices.has(key)) devices.set(key, { id: id?.shown || "", key, from: event.ts, to: event.ts, parts: new Map(), events: 0 });
    const device = devices.get(key);
    device.to = event.ts;
    device.events += 1;
    for (const [kind, text] of textsByKind(others)) device.parts.set(kind, [...(device.parts.get(kind) || []), { at: event.ts, text }]);
  }
  return [...devices.values()];
}

function deviceBox(device) {
  const parts = [...device.parts].map(([kind, readings]) => [kind, runs(readings)]);
  const drift = parts.filter(([, r]) => r.length > 1).length;
  return h("details", { class: "device", open: drift > 0 }, h("summary", null, device.id ? name(device.id, 40) : t("account.device.none"),
    " ", quiet(range(device.from, device.to), " \u00b7 ", t("lanes.events", { n: number(device.events) })), " ", drift ? h("span", { class: "chip drift" }, t("account.drift", { n: drift })) : h("span", { class: "chip steady" }, t("account.steady"))),
  device.key ? h("p", { class: "to-value" }, h("a", { href: placeOf.value("device.id", device.key) }, t("value.holders"))) : null,
  table(t("account.parts"), [
    { title: t("col.part"), of: ([kind]) => word("kind", kind) },
    { title: t("col.readings"), class: "grow", of: ([, r]) => h("ol", { class: "runs" }, cutList(r, 6, (run) => h("li", null, name(run.text, 60), r.length > 1 ? [" ", quiet(range(run.from, run.to))] : null))) },
  ], parts, { row: ([, r]) => (r.length > 1 ? { class: "drifted" } : null) }));
}

function families(account) {
  const byFamily = new Map();
  for (const link of account.links) for (const family of link.families ? link.families.split(", ") : []) {
    const row = byFamily.get(family) || { family, links: 0, best: 0 };
    row.links += 1;
    row.best = Math.max(row.best, link.score);
    byFamily.set(family, row);
  }
  const rows = [...byFamily.values()].sort((a, b) => b.best - a.best);
  if (!rows.length) return empty(t("account.families.none"));
  return table(t("account.families"), [
    { title: t("col.family"), class: "grow", of: (r) => word("family", r.family) },
    { title: t("col.links"), class: "num", of: (r) => number(r.links) },
    { title: t("col.best"), class: "num", of: (r) => score(r.best) }], rows);
}

// The strongest unexplained link over time, from what changed. The score of one that is explained goes on changing.
function scoreSeries(links, changes) {
  const aside = new Set(links.filter((link) => ["explained", "joint", "cleared"].includes(link.state)).map((link) => link.b)), settled = new Set();
  const scores = new Map(), times = [], values = [];
  for (const change of [...changes].reverse()) {
    if (change.score === undefined || !change.account || !/link/.test(change.change)) continue;
    if (/withdrawn|cleared|explained|joint/.test(change.change)) scores.delete(change.account) || settled.add(change.account);
    else if (!aside.has(change.account) || !settled.has(change.account)) scores.set(change.account, change.score);
    const at = Math.floor(timeAt(change.at) / 1000), most = Math.max(0, ...scores.values());
    if (times.at(-1) === at) values[values.length - 1] = most;
    else times.push(at) && values.push(most);
  }
  return [times, values];
}

async function scorePlot(account, history) {
  const [times, values] = scoreSeries(account.links, history.changes);
  if (!times.length) return empty(t("account.score.none"));
  const now = Math.floor(engineNow() / 1000);
  if (times.at(-1) < now) times.push(now) && values.push(account.risk);
  return plot({ label: t("account.score"), times, height: 150, isStepped: true, top: 1050, series: [{ title: t("col.score"), values, colour: "--data-1", bars: false }] });
}

function relations(account) {
  const declared = account.declared ?? account.relations.map((text) => ({ kind: text.split(" ")[0], group: text.split(" ").slice(1).join(" "), is_accepted: true }));
  if (!declared.length) return empty(t("account.relations.none"));
  return table(t("account.relations"), [
    { title: t("col.relation"), class: "grow", of: (r) => [word("relation", r.kind), r.group ? [" ", name(r.group, 40)] : null] },
    { title: t("col.with"), of: (r) => (r.with ? h("a", { href: placeOf.account(r.with) }, accountName(r.with)) : r.members ? t("account.members", { n: number(r.members) }) : "") },
    { title: t("col.state"), of: (r) => (r.is_accepted ? t("relation.accepted") : t("relation.pending")) },
    { title: t("col.proof"), class: "proof", of: (r) => (r.proof ? name(r.proof, 40) : quiet("\u2014")) },
    { title: t("col.when"), class: "when", of: (r) => time(r.at) }], declared);
}

function contagion(account) {
  if (!account.contagion) return null;
  const c = account.contagion;
  return panel(t("account.contagion"), { class: "warn" }, h("p", null, t("account.contagion.from", { source: plainName(c.source), because: word("because", c.because), score: c.score })),
    h("ol", { class: "path" }, c.path.map((link) => h("li", null, h("a", { href: placeOf.pair(link.a, link.b) }, accountName(link.a), " = ", accountName(link.b)), " ", score(link.score, link.band)))));
}

function eventRows(events, account) {
  return table(t("account.events"), [
    { title: t("col.when"), class: "when", of: (e) => time(e.ts, secondText) },
    { title: t("col.type"), of: (e) => [word("type", e.type), e.ok === false ? h("span", { class: "chip failed" }, t("account.failed")) : null, e.account !== account ? quiet(" ", plainName(e.account, 40)) : null] },
    { title: t("col.address"), of: (e) => (e.ip ? h("bdi", { class: "name" }, e.ip, e.port ? quiet(" :", String(e.port)) : null) : "") },
    { title: t("col.values"), class: "grow", of: (e) => folded(h("summary", null, statement(e) || t("account.values.n", { n: number(e.values.length) })),
      () => h("dl", { class: "facts tight" }, e.values.map((v) => h("div", null, h("dt", null, word("kind", v.kind)), h("dd", null, name(v.shown || t("value.hidden"), 80), " ", noted(v.noted))))), { class: "values" }) },
    { title: "#", class: "num quiet", of: (e) => String(e.seq) }], events);
}

// The group of words that the value of a statement is one of.
const VALUES = { verdict: "verdict", resolve: "resolution", mark: "mark" };

function statement(event) {
  const value = VALUES[event.type] ? word(VALUES[event.type], event.value) : event.value;
  const parts = [event.relation ? word("relation", event.relation) : null, event.group, event.kind ? word("about", event.kind) : null, value, event.with, event.actor, event.reason].filter(Boolean);
  return parts.length ? prose(parts.join(" \u00b7 "), 120) : null;
}

class Events {
  constructor(account) {
    this.account = account;
    this.rows = [];
    this.box = h("div", null, h("p", { class: "quiet" }, t("waiting")));
  }

  async load(before = 0) {
    const found = await askIfThere(urlOf`/v1/accounts/${this.account}/events` + `?limit=200${before ? "&before=" + before : ""}`);
    if (!found) return [];
    this.rows.push(...found.events);
    fill(this.box, this.rows.length ? eventRows(this.rows, this.account) : empty(t(found.next ? "account.events.yet" : "account.events.none")),
      found.next ? button(t("account.events.older"), () => this.load(found.next), { class: "plain" }) : null);
    return this.rows;
  }
}

function statements(account, redraw) {
  if (!may("analyst")) return null;
  const label = t("account.clean");
  return button(label, () => state({ title: label, about: t("account.clean.help"), posts: (reason) => [["/v1/verdicts", { account: account.account, value: "clean", reason }]], done: () => {
    toast(t("act.done.verdict", { n: 1 }));
    redraw();
  } }));
}

function headline(account) {
  return h("div", { class: "headline" },
    h("div", { class: "risk band-" + account.band }, h("b", null, String(account.risk)), h("span", null, t("account.risk"), ", ", word("band", account.band))),
    facts(
      [t("account.seen"), range(account.first, account.last)],
      [t("account.last"), age(account.last, engineNow()) || "\u2014"],
      [t("account.events"), [number(account.events), account.failed ? quiet(" ", t("account.failed.n", { n: number(account.failed) })) : null]],
      [t("col.cluster"), account.cluster ? h("a", { href: placeOf.cluster(account.cluster) }, account.cluster) : quiet("\u2014")],
      [t("account.alerts"), account.alerts.length ? account.alerts.map((id, i) => [i ? ", " : "", h("a", { href: placeOf.alert(id) }, id.slice(0, 8))]) : quiet(t("account.alerts.none"))]));
}

export const asks = (at) => [urlOf`/v1/accounts/${at.parts[0] ?? ""}`];

export async function show(at, root, redraw) {
  const load = () => ask(asks(at)[0]);
  const account = await load();
  const events = new Events(account.account), when = h("div"), devices = h("div", null, h("p", { class: "quiet" }, t("waiting"))), scores = h("div"), changes = h("div");
  add(root, heading(accountName(account.account, 96), account.is_closed ? h("span", { class: "chip closed" }, t("account.closed")) : null, account.verdict ? chip("verdict", account.verdict) : null, dossierButton(urlOf`/v1/reports/${account.account}`, [account.account]), statements(account, redraw)),
    headline(account), contagion(account),
    panel(t("account.links"), { note: t("links.count", { n: number(account.links.length) }), class: "wide" }, account.links.length ? linkTable(t("account.links"), account.links, { of: account.account }) : empty(t("account.links.none"))),
    h("div", { class: "columns" }, panel(t("account.families"), {}, families(account)), panel(t("account.score"), {}, scores)),
    panel(t("account.timeline"), { class: "wide", note: t("account.timeline.note") }, when),
    h("div", { class: "columns" }, panel(t("account.devices"), { note: t("account.devices.note") }, devices), panel(t("account.relations"), {}, relations(account))),
    panel(t("account.history"), { class: "wide" }, changes), panel(t("account.raw"), { class: "wide" }, events.box));
  afterFrame(() => {
    if (!root.isConnected) return;
    fill(when, timeline(account, []));
    events.load().then((rows) => {
      fill(when, timeline(account, rows));
      const found = devicesOf(rows);
      fill(devices, found.length ? cutList(found, 8, deviceBox) : empty(t("account.devices.none")));
    }).catch((error) => fill(events.box, empty(error.message)));
    askIfThere(urlOf`/v1/accounts/${account.account}/history`).then(async (history) => {
      fill(changes, history?.changes.length ? changeList(history.changes) : empty(t("account.history.none")));
      fill(scores, history ? await scorePlot(account, history) : empty(t("account.score.none")));
    }).catch((error) => fill(changes, empty(error.message)));
  });
  return watchForChange(root, load, JSON.stringify(account), redraw);
}
