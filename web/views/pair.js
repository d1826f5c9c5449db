// Why two accounts are linked: the sum of the evidence as a picture, each item with what it would be without it, and what
// both did on one time axis.
import { ask, askIfThere, Refused, urlOf } from "../lib/ask.js";
import { add, fill, h } from "../lib/dom.js";
import { Axis, extent, lanes, spanTitle } from "../lib/lanes.js";
import { accountName, afterFrame, bandStarts, button, chip, copyButton, empty, facts, folded, heading, levelChip, panel, quiet, score, stateChip, toast, watchForChange } from "../lib/parts.js";
import { placeOf } from "../lib/places.js";
import { blockedText, ignoredText, itemText, noteText, reasonText, summaryText } from "../lib/said.js";
import { may } from "../lib/session.js";
import { name, plainName, prose, visible } from "../lib/shown.js";
import { at as timeAt, range, spanText, time } from "../lib/times.js";
import { bits, number, t, told, word } from "../lib/words.js";
import { dossierButton } from "./dossier.js";
import { noteList } from "./marks.js";
import { state } from "./statement.js";

const ROWS_AT_FIRST = 12; // of the evidence: what a screen shows

// Bits at which the score is so much, given scale and shift.
function bitsOfScore(why, value) {
  return (Math.log2(value / (1000 - value)) - why.shift_bits) / (why.scale || 1);
}

function steps(why) {
  let sum = why.prior_bits;
  const rows = [{ from: 0, to: sum, bits: why.prior_bits, item: null }];
  for (const item of why.evidence) {
    rows.push({ from: sum, to: sum + item.bits, bits: item.bits, item });
    sum += item.bits;
  }
  return rows;
}

function scale(why, rows) {
  const points = rows.flatMap((r) => [r.from, r.to]).concat(0, why.sum_bits);
  const low = Math.min(...points), high = Math.max(...points), pad = (high - low) * 0.04 || 1;
  const span = high - low + 2 * pad;
  return { low: low - pad, high: high + pad, at: (value) => (((value - low + pad) / span) * 100).toFixed(2) + "%", width: (value) => ((Math.abs(value) / span) * 100).toFixed(2) + "%" };
}

function gates(why, on) {
  return Object.entries(bandStarts()).map(([band, value]) => [bitsOfScore(why, value), value, band]).filter(([b]) => b > on.low && b < on.high);
}

function label(row) {
  if (!row.item) return [h("span", { class: "what" }, t("pair.prior")), quiet(t("pair.prior.help"))];
  const item = row.item, value = item.shown ? [" ", name(item.shown, 40)] : null;
  return [h("span", { class: "what" }, item.kind ? word("kind", item.kind) : told(item.rule_title), value),
    h("span", { class: "sub" }, [item.family ? word("family", item.family) : null, item.agreement ? word("agreement", item.agreement) : null, item.holders ? t("pair.holders", { n: number(item.holders) }) : null, item.network ? word("network", item.network) : null]
      .filter(Boolean).map((text, i) => [i ? " \u00b7 " : "", text]))];
}

function itemDetail(why, item) {
  const uses = item.a.first || item.b.first;
  return h("div", { class: "item-detail" }, h("p", null, prose(itemText(item, why.link))), item.note ? h("p", { class: "note-line" }, noteText(item)) : null, noteList(item.notes),
    facts(
      item.key ? [word("kind", item.kind), h("a", { class: "value", href: placeOf.value(item.kind, item.key) }, name(item.shown || t("value.hidden"), 80))] : null,
      [t("col.rule"), h("a", { href: placeOf.rule(item.rule) }, item.rule)],
      [t("pair.alone"), bits(item.bits_alone)],
      item.holders ? [t("pair.rarity"), t("pair.rarity.of", { n: number(item.holders), of: number(why.accounts) })] : null,
      item.network ? [t("col.network"), word("network", item.network)] : null,
      uses ? [plainName(why.link.a, 40), range(item.a.first, item.a.last)] : null,
      uses ? [plainName(why.link.b, 40), range(item.b.first, item.b.last)] : null,
      uses ? [t("pair.gap"), item.gap_ms > 0 ? spanText(item.gap_ms) : t("pair.overlap")] : null));
}

// Of one family alone the sum says it all.
function families(why) {
  if (why.families.length < 2) return null;
  return h("p", { class: "fall-families quiet" }, why.families.map((each) => [" ", h("span", { class: "family" }, word("family", each.family), " ", bits(each.bits))]));
}

function waterfall(why) {
  const rows = steps(why), on = scale(why, rows), marks = gates(why, on);
  const lines = () => marks.map(([b, , band]) => h("i", { class: "gate band-" + band, place: { left: on.at(b) }, "aria-hidden": "true" }));
  const bar = (row) => h("span", { class: "fall" }, lines(), h("i", { class: "fall-bar " + (row.bits < 0 ? "less" : "more") + (row.item ? "" : " prior"), place: { left: on.at(Math.min(row.from, row.to)), width: on.width(row.bits) } }));
  const head = h("div", { class: "fall-row head", "aria-hidden": "true" }, h("span", null, t("pair.evidence")),
    h("span", { class: "fall" }, marks.map(([b, value, band]) => h("span", { class: "gate-name band-" + band, place: { left: on.at(b) } }, String(value)))), h("span", { class: "num" }, t("pair.bits")), h("span", { class: "num" }, t("pair.without")));
  const line = (row) => {
    const cells = [h("span", { class: "fall-name" }, label(row)), bar(row), h("span", { class: "num bits" }, bits(row.bits), h("span", { class: "heard" }, " ", t("pair.bits"), ". ")),
      h("span", { class: "num without" }, row.item ? [h("span", { class: "heard" }, t("pair.without"), ": "), String(row.item.without)] : "")];
    if (!row.item) return h("li", { class: "fall-item" }, h("div", { class: "fall-row" }, cells));
    return h("li", { class: "fall-item" }, folded(h("summary", { class: "fall-row" }, cells), () => itemDetail(why, row.item)));
  };
  const list = h("ol", null, rows.slice(0, ROWS_AT_FIRST).map(line));
  if (rows.length > ROWS_AT_FIRST) afterFrame(() => add(list, rows.slice(ROWS_AT_FIRST).map(line)));
  const total = h("div", { class: "fall-row total" }, h("span", { class: "fall-name" }, h("span", { class: "what" }, t("pair.sum"))),
    h("span", { class: "fall" }, lines(), h("i", { class: "fall-dot band-" + why.link.band, place: { left: on.at(why.sum_bits) } })), h("span", { class: "num bits" }, bits(why.sum_bits)), h("span", { class: "num without" }, h("b", null, String(why.link.computed))));
  return h("div", { class: "waterfall" }, head, list, total, families(why));
}

function sharedLanes(why, events) {
  const shared = why.evidence.filter((item) => item.a.first && item.b.first && item.shown);
  const uses = shared.flatMap((item) => [[timeAt(item.a.first), timeAt(item.a.last)], [timeAt(item.b.first), timeAt(item.b.last)]]);
  const marks = events.flatMap((list) => list.map((e) => [timeAt(e.ts), timeAt(e.ts)]));
  const span = extent([...uses, ...marks]);
  if (!span) return empty(t("pair.times.none"));
  const axis = new Axis(...span), { a, b } = why.link;
  const ticks = (list, who) => list.map((e) => axis.mark(timeAt(e.ts), (who === 0 ? "of-a" : "of-b") + (e.ok === false ? " failed" : "") + (e.type === "closed" ? " closed" : ""), `${word("type", e.type)}: ${e.ts}`));
  return lanes(t("pair.times"), axis.head(""),
    events.some((list) => list.length) ? [axis.lane(plainName(a, 40), [], { class: "activity", note: t("lanes.events", { n: number(events[0].length) }), marks: ticks(events[0], 0) }),
      axis.lane(plainName(b, 40), [], { class: "activity", note: t("lanes.events", { n: number(events[1].length) }), marks: ticks(events[1], 1) })] : null,
    shared.map((item) => axis.lane(name(item.shown, 40), [
      { from: timeAt(item.a.first), to: timeAt(item.a.last), class: "of-a", title: spanTitle(plainName(a, 40), timeAt(item.a.first), timeAt(item.a.last)) },
      { from: timeAt(item.b.first), to: timeAt(item.b.last), class: "of-b", title: spanTitle(plainName(b, 40), timeAt(item.b.first), timeAt(item.b.last)) },
    ], { note: word("kind", item.kind) })));
}

function sentence(link) {
  const values = { a: plainName(link.a), b: plainName(link.b), score: link.score };
  if (link.state !== "suspected") return t("pair.is." + link.state, values);
  return t("pair.says." + link.band, values);
}

function pasted(why) {
  return [sentence(why.link), ...why.evidence.map((item) => `${bits(item.bits)} ${itemText(item, why.link)} (${t("pair.without")}: ${item.without})`)].map(visible).join("\n");
}

// What both hold and people marked.
function ignored(why) {
  if (!why.ignored?.length) return null;
  return panel(t("pair.ignored"), { note: t("mark.meaning") }, h("ul", { class: "plain-list" }, why.ignored.map((value) => h("li", null, word("kind", value.kind), " ", h("a", { class: "value", href: placeOf.value(value.kind, value.key) }, name(value.shown || t("value.hidden"), 60)), h("div", { class: "quiet" }, prose(ignoredText(value), 300)), noteList(value.notes)))));
}

function path(why) {
  if (!why.path?.length) return null;
  return panel(t("pair.path"), {}, h("ol", { class: "path" }, why.path.map((link) => h("li", null, h("a", { href: placeOf.pair(link.a, link.b) }, accountName(link.a), " = ", accountName(link.b)), " ", score(link.score, link.band)))));
}

const settled = (alerts) => alerts.filter((alert) => alert.accounts.length === 2);

// The verdict names the first alert about the two, which it settles; others are settled beside it.
function verdictPosts(link, alerts, value, reason) {
  const [first, ...others] = settled(alerts);
  return [["/v1/verdicts", { account: link.a, with: link.b, value, reason, ...(first ? { alert: first.id } : {}) }],
    ...others.map((alert) => [urlOf`/v1/alerts/${alert.id}/resolve`, { value: value === "confirmed" ? "confirmed" : "false_positive", reason }])];
}

function verdictButtons(why, redraw) {
  if (!may("analyst")) return null;
  const stands = ["confirmed", "cleared"].includes(why.link.state) ? why.link.because?.value : "", n = settled(why.alerts).length;
  return ["confirmed", "not_same"].filter((value) => value !== stands).map((value) => button(t("pair.verdict." + value), () => state({ title: t("pair.verdict." + value), about: sentence(why.link),
    posts: (reason) => verdictPosts(why.link, why.alerts, value, reason), done: () => {
      toast(n ? t("pair.verdict.settled", { n }) : t("act.done.verdict"));
      redraw();
    } }), { class: value === "confirmed" ? "primary" : "" }));
}

// An alert about more than the two is not settled by what is said of them.
function alertPanel(alerts) {
  if (!alerts.length) return null;
  const n = settled(alerts).length, note = n === alerts.length ? "pair.alerts.settled" : n ? "pair.alerts.some" : "pair.alerts.wider";
  return panel(t("pair.alerts"), { note: may("analyst") ? t(note) : "" }, h("ul", { class: "plain-list" }, alerts.map((alert) => h("li", { class: "chips" }, levelChip(alert.level), stateChip(alert.state), h("a", { href: placeOf.alert(alert.id) }, prose(summaryText(alert), 160))))));
}

async function eventsOf(account) {
  const found = await askIfThere(urlOf`/v1/accounts/${account}/events` + "?limit=500");
  return found ? found.events : [];
}

function unlinked(a, b, error) {
  return [heading(t("pair.title")), panel(t("pair.none"), {}, empty(error.message), h("p", null, h("a", { href: placeOf.account(a) }, accountName(a)), " \u00b7 ", h("a", { href: placeOf.account(b) }, accountName(b))))];
}

const side = (which, account, isClosed) => h("a", { class: "side-" + which, href: placeOf.account(account) }, h("i", { class: "dot", "aria-hidden": "true" }), accountName(account), isClosed ? h("span", { class: "chip closed" }, t("account.closed")) : null);

export const asks = (at) => [urlOf`/v1/links/${at.parts[0] ?? ""}/${at.parts[1] ?? ""}`];

export async function show(at, root, redraw) {
  const [a, b] = at.parts;
  const load = () => ask(asks(at)[0]);
  let why;
  try {
    why = await load();
  } catch (error) {
    if (!(error instanceof Refused) || error.word !== "unlinked") throw error;
    return void add(root, unlinked(a, b, error));
  }
  const { link } = why, times = h("div"), isLink = link.state !== "suspected" || link.band !== "none"; // what is suspected of nobody is none
  add(root, heading(t("pair.title"), verdictButtons(why, redraw), dossierButton(urlOf`/v1/reports/${link.a}/${link.b}`, [link.a, link.b])),
    h("div", { class: "pair-head" },
      side("a", link.a, why.is_closed.a),
      h("span", { class: "pair-score" }, score(link.score, link.band), isLink ? chip("link", link.state) : null, link.explained_by && link.explained_by !== link.state ? quiet(word("relation", link.explained_by)) : null),
      side("b", link.b, why.is_closed.b)),
    h("div", { class: "lead-line" }, h("p", { class: "lead" }, sentence(link)), copyButton(() => pasted(why), t("pair.copy"))),
    link.reason ? h("p", { class: "advice" }, prose(reasonText(link))) : null,
    why.blocked ? h("p", { class: "advice" }, blockedText(why)) : null,
    why.listed !== null && why.listed !== link.score ? h("p", { class: "quiet" }, t("pair.listed", { score: why.listed }), " ", time(why.listed_at)) : null,
    alertPanel(why.alerts),
    panel(t("pair.waterfall"), { note: t("pair.waterfall.note"), class: "wide" }, waterfall(why)),
    ignored(why), panel(t("pair.times"), { class: "wide" }, times), path(why));
  afterFrame(() => {
    if (!root.isConnected) return;
    fill(times, sharedLanes(why, [[], []]));
    Promise.all([eventsOf(link.a), eventsOf(link.b)]).then((events) => fill(times, sharedLanes(why, events))).catch(() => null);
  });
  return watchForChange(root, load, JSON.stringify(why), redraw);
}
