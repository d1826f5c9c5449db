// Times in the reader's zone with UTC at hand: in the title of each, and for the whole page by a switch.
import { h } from "./dom.js";
import { t } from "./words.js";
import { setting } from "./settings.js";

const MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

let own = null;
const isUtc = () => setting("clock") === "utc";

// The name of the zone. It takes a format of Intl, and the first of a page costs as much as a view.
export function zone() {
  if (isUtc()) return "UTC";
  own ??= Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  return own;
}

const digits = (n, width = 2) => String(n).padStart(width, "0");

// A date knows the reader's zone without Intl.
function parts(ms) {
  const d = new Date(ms);
  return isUtc()
    ? { day: `${digits(d.getUTCFullYear(), 4)}-${digits(d.getUTCMonth() + 1)}-${digits(d.getUTCDate())}`, minute: `${digits(d.getUTCHours())}:${digits(d.getUTCMinutes())}`, second: digits(d.getUTCSeconds()) }
    : { day: `${digits(d.getFullYear(), 4)}-${digits(d.getMonth() + 1)}-${digits(d.getDate())}`, minute: `${digits(d.getHours())}:${digits(d.getMinutes())}`, second: digits(d.getSeconds()) };
}

export function utcText(ms) {
  return new Date(ms).toISOString().replace("T", " ").replace(/\.000Z$|Z$/, " UTC");
}

export function dayText(ms) {
  return parts(ms).day;
}

export function timeText(ms) {
  const p = parts(ms);
  return `${p.day} ${p.minute}`;
}

export function secondText(ms) {
  const p = parts(ms);
  return `${p.day} ${p.minute}:${p.second}`;
}

// 3 min, 5 h, 12 d
export function spanText(ms) {
  const span = Math.abs(ms);
  if (span < MINUTE) return t("span.seconds", { n: Math.round(span / 1000) });
  if (span < 2 * HOUR) return t("span.minutes", { n: Math.round(span / MINUTE) });
  if (span < 2 * DAY) return t("span.hours", { n: Math.round(span / HOUR) });
  return t("span.days", { n: Math.round(span / DAY) });
}

export function at(value) {
  return typeof value === "number" ? value : value ? Date.parse(value) : NaN;
}

function element(ms, text) {
  return h("time", { datetime: new Date(ms).toISOString(), title: utcText(ms) }, text);
}

export function time(value, write = timeText) {
  const ms = at(value);
  return Number.isNaN(ms) ? h("span", { class: "quiet" }, "\u2014") : element(ms, write(ms));
}

export function range(first, last) {
  const from = at(first), to = at(last);
  if (Number.isNaN(from)) return h("span", { class: "quiet" }, "\u2014");
  const began = dayText(from), ended = dayText(to);
  if (began === ended) return element(from, began);
  return h("span", { class: "range" }, element(from, began), " \u2013 ", element(to, ended));
}

// Age against the daemon's own time: the newest event, not this clock.
export function age(value, now) {
  const ms = at(value);
  return Number.isNaN(ms) ? "" : element(ms, now - ms < MINUTE ? t("span.now") : t("span.ago", { span: spanText(now - ms) }));
}

export { MINUTE, HOUR, DAY };
