// Intervals on one time axis, as rows of bars: who held what, since when, until when. Bars are links or plain marks with a
// name of their own, so that they can be reached and heard.
import { h } from "./dom.js";
import { DAY, dayText, spanText, timeText } from "./times.js";

const pct = (part) => (Math.max(0, Math.min(1, part)) * 100).toFixed(3) + "%";

// Steps of an axis that a person can read.
const STEPS = [1, 2, 7, 14, 30, 91, 182, 365, 730, 1826].map((days) => days * DAY);
const SHORT = [1, 2, 3, 6, 12].map((hours) => hours * 3600000);

export function ticks(from, to, most) {
  const step = [...SHORT, ...STEPS].find((s) => (to - from) / s <= most) || STEPS.at(-1);
  const marks = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) marks.push(at);
  return { marks, write: step < DAY ? timeText : dayText };
}

// What stands near an end is written inwards.
const edge = (part) => (part < 0.15 ? " from" : part > 0.85 ? " to" : "");

export class Axis {
  constructor(from, to) {
    const pad = Math.max((to - from) * 0.02, 3600000);
    this.from = from - pad;
    this.to = to + pad;
  }

  at(ms) {
    return (ms - this.from) / (this.to - this.from);
  }

  head(label) {
    const { marks, write } = ticks(this.from, this.to, 7);
    return h("div", { class: "lane axis", "aria-hidden": "true" }, h("span", { class: "lane-name" }, label),
      h("span", { class: "lane-track" }, marks.map((ms) => h("span", { class: "tick" + edge(this.at(ms)), place: { left: pct(this.at(ms)) } }, write(ms)))));
  }

  // bar: { from, to, class, title, href }
  bar(bar) {
    const left = this.at(bar.from), width = Math.max(0, this.at(bar.to) - left);
    return h(bar.href ? "a" : "span", { class: "lane-bar " + (bar.class || ""), href: bar.href, title: bar.title, role: bar.href ? null : "img", "aria-label": bar.title,
      place: { left: pct(left), width: pct(width) } });
  }

  mark(ms, kind, title) {
    return h("i", { class: "lane-mark " + kind, title, place: { left: pct(this.at(ms)) }, "aria-hidden": "true" });
  }

  lane(name, bars, options = {}) {
    return h("div", { class: "lane " + (options.class || ""), role: "listitem" }, h("span", { class: "lane-name" }, name, options.note ? h("span", { class: "quiet" }, " ", options.note) : null),
      h("span", { class: "lane-track" }, bars.map((bar) => this.bar(bar)), options.marks || null), options.below ? h("span", { class: "lane-below" }, options.below) : null);
  }
}

export function spanTitle(name, from, to) {
  return from === to ? `${name}: ${timeText(from)}` : `${name}: ${timeText(from)} \u2013 ${timeText(to)} (${spanText(to - from)})`;
}

export function lanes(label, ...rows) {
  return h("div", { class: "lanes", role: "list", "aria-label": label }, rows);
}

export function extent(pairs) {
  const from = Math.min(...pairs.map((p) => p[0])), to = Math.max(...pairs.map((p) => p[1]));
  return Number.isFinite(from) ? [from, to] : null;
}
