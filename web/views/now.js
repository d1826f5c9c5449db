// What stands now: alerts by level and deadline, what comes in, links by band; and how it was over time.
import { ask, askIfThere } from "../lib/ask.js";
import { add, fill, h } from "../lib/dom.js";
import { engineNow, liveStatus, onLive } from "../lib/live.js";
import { afterFrame, chip, empty, heading, levelChip, number, panel, prose, stateChip, table } from "../lib/parts.js";
import { placeOf } from "../lib/places.js";
import { plot } from "../lib/plot.js";
import { summaryText } from "../lib/said.js";
import { age, at as timeAt, spanText, time } from "../lib/times.js";
import { t, word } from "../lib/words.js";
import { linkTable } from "./links.js";

const LEVELS = ["critical", "high", "medium", "low", "info"];
const MOST_URGENT = 8, LOOK_MS = 1500;
const BANDS = ["strong", "probable", "possible"];

export function deadline(alert, now) {
  if (!alert.deadline || alert.state === "resolved") return null;
  const left = timeAt(alert.deadline) - now;
  return h("span", { class: "deadline" + (alert.is_overdue || left < 0 ? " over" : left < 86400000 ? " soon" : "") },
    alert.is_overdue || left < 0 ? t("deadline.over", { span: spanText(left) }) : t("deadline.left", { span: spanText(left) }));
}

function tile(title, figure, href, ...more) {
  return h(href ? "a" : "div", { class: "tile", href }, h("span", { class: "tile-title" }, title), h("b", { class: "figure" }, figure), h("span", { class: "tile-more" }, more));
}

function bandBar(links) {
  const total = BANDS.reduce((sum, band) => sum + (links[band] || 0), 0);
  return h("span", { class: "bands", role: "img", "aria-label": BANDS.map((band) => `${word("band", band)} ${links[band] || 0}`).join(", ") },
    total ? BANDS.filter((band) => links[band]).map((band) => h("i", { class: "band-" + band, place: { "flex-grow": String(links[band] || 0) } })) : h("i", { class: "none" }));
}

function tiles(status, standing) {
  const refused = Object.values(status.refused || {}).reduce((sum, n) => sum + n, 0), links = status.links || {};
  return h("div", { class: "tiles" },
    tile(t("now.open"), number(standing.total), "#/alerts", LEVELS.filter((level) => standing.levels[level]).map((level) =>
      chip("level", level, `${number(standing.levels[level])} ${word("level", level)}`))),
    tile(t("now.overdue"), number(standing.overdue), "#/alerts?show=overdue", standing.overdue ? t("now.overdue.some") : t("now.overdue.none")),
    tile(t("now.strong"), number(links.strong ?? 0), "#/links", bandBar(links), h("span", { class: "legend" }, t("now.bands", { probable: number(links.probable ?? 0), possible: number(links.possible ?? 0) }))),
    tile(t("now.accounts"), number(status.accounts ?? 0), null, t("now.clusters", { n: number(status.clusters ?? 0), hubs: number(status.hubs ?? 0) })),
    tile(t("now.accepted"), number(status.events ?? 0), null, t("now.since", { n: number(status.accepted ?? 0), refused: number(refused) })));
}

function urgent(alerts, now) {
  if (!alerts.length) return empty(t("now.nothing"));
  return table(t("now.urgent"), [
    { title: t("col.alert"), class: "grow", of: (a) => h("a", { href: placeOf.alert(a.id) }, prose(summaryText(a), 160)) },
    { title: t("col.level"), of: (a) => levelChip(a.level) },
    { title: t("col.state"), of: (a) => stateChip(a.state) },
    { title: t("col.opened"), class: "when", of: (a) => age(a.opened, now) },
    { title: t("col.deadline"), class: "when", of: (a) => deadline(a, now) ?? h("span", { class: "quiet" }, "\u2014") },
  ], alerts);
}

function bars(counts, words, none) {
  const rows = Object.entries(counts || {}).sort((a, b) => b[1] - a[1]);
  if (!rows.length) return h("p", { class: "quiet" }, t(none));
  const most = rows[0][1];
  return h("ul", { class: "bars" }, rows.map(([reason, n]) => h("li", null, h("span", { class: "bar-name" }, word(words, reason)),
    h("span", { class: "bar-track", "aria-hidden": "true" }, h("i", { place: { width: (n / most) * 100 + "%" } })), h("b", null, number(n)))));
}

async function drawPlots(holder, series) {
  if (!series) return;
  const { days, minutes } = series;
  fill(holder,
    panel(t("now.plot.found"), { note: t("now.plot.found.note") }, await plot({ label: t("now.plot.found"), times: days.at, isDaily: true, series: [
      { title: t("now.plot.accounts"), values: days.accounts, colour: "--data-4", bars: true },
      { title: t("now.plot.links"), values: days.links, colour: "--data-1", bars: false },
      { title: t("now.plot.alerts"), values: days.alerts, colour: "--data-2", bars: false }] })),
    panel(t("now.plot.intake"), { note: t("now.plot.intake.note") }, await plot({ label: t("now.plot.intake"), times: minutes.at, series: [
      { title: t("now.plot.accepted"), values: minutes.accepted, colour: "--data-1", bars: true },
      { title: t("now.plot.refused"), values: minutes.refused, colour: "--data-2", bars: false }] })));
}

export const asks = () => [`/v1/alerts?state=standing&order=urgent&limit=${MOST_URGENT}`, "/v1/links?min=500&limit=8"];

export async function show(at, root) {
  const top = h("div"), lists = h("div", { class: "columns" }), plots = h("div", { class: "columns plots" }), low = h("div", { class: "columns" });
  let asked = 0, busy = false, isGone = false;

  async function refresh() {
    if (busy) return;
    busy = true;
    asked = Date.now();
    try {
      const [status, standing, links] = await Promise.all([liveStatus() ?? ask("/v1/status"), ...asks().map((path) => ask(path))]);
      if (isGone || root.contains(document.activeElement?.closest?.("table a"))) return;
      const now = engineNow();
      fill(top, tiles(status, standing));
      fill(lists, panel(t("now.urgent"), { class: "wide", beside: h("a", { href: "#/alerts" }, t("now.all")) }, urgent(standing.alerts, now)));
      fill(low, panel(t("links.strongest"), { class: "wide", beside: h("a", { href: "#/links" }, t("now.all")) }, links.links.length ? linkTable(t("links.strongest"), links.links) : empty(t("links.none"))),
        panel(t("now.refused"), { note: t("now.refused.note") }, bars(status.refused, "refusal", "now.refused.none")),
        panel(t("now.ignored"), { note: t("now.ignored.note") }, bars(status.ignored, "ignored", "now.ignored.none")));
    } finally {
      busy = false;
    }
  }

  async function refreshPlots() {
    const series = await askIfThere("/v1/series");
    if (!isGone) await drawPlots(plots, series);
  }

  add(root, heading(t("tab.now"), h("span", { class: "quiet" }, t("now.time"), " ", time(engineNow()))), top, lists, plots, low);
  await refresh();
  afterFrame(() => refreshPlots().catch(() => null));
  let plotted = Date.now();
  let due = 0;
  const look = () => {
    due = 0;
    refresh().catch(() => null);
  };
  const stop = onLive((kind) => {
    if (kind !== "change" && kind !== "back") return;
    due ||= setTimeout(look, Math.max(0, asked + LOOK_MS - Date.now())); // the last of many too
    if (Date.now() - plotted > 15000) {
      plotted = Date.now();
      refreshPlots().catch(() => null);
    }
  });
  return () => {
    isGone = true;
    clearTimeout(due);
    stop();
  };
}
