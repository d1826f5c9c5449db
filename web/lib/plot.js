// Plots over time with uPlot: colours of the theme, width of the page, a sentence for those who cannot see it.
import { add, fill, h } from "./dom.js";
import { missing, library } from "./pictures.js";
import { dayText, timeText, zone } from "./times.js";
import { number, t } from "./words.js";

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function sentence(options) {
  const sums = options.series.map((s) => (options.isStepped ? t("plot.level", { title: s.title, now: number(s.values.at(-1) ?? 0), most: number(Math.max(0, ...s.values)) })
    : `${s.title}: ${number(s.values.reduce((sum, v) => sum + (v || 0), 0))}`));
  if (!options.times.length) return t("plot.empty");
  const write = options.isDaily ? dayText : timeText;
  return `${options.label}, ${write(options.times[0] * 1000)} \u2013 ${write(options.times.at(-1) * 1000)}. ${sums.join(", ")}`;
}

function axes() {
  const grid = { stroke: colour("--line"), width: 1 }, font = "11px " + getComputedStyle(document.body).fontFamily;
  const write = (u, splits, axis, space, step) => splits.map((at) => (step >= 86400 ? dayText(at * 1000).slice(5) : timeText(at * 1000).slice(11)));
  return [{ values: write, space: 64, stroke: colour("--ink-2"), grid: { show: false }, ticks: { stroke: colour("--line") }, font, size: 30 },
    { stroke: colour("--ink-2"), grid, ticks: { show: false }, font, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000, 1e6] }];
}

function lines(uPlot, series, isStepped) {
  return series.map((s) => ({ label: s.title, stroke: colour(s.colour), width: s.bars ? 0 : 2, fill: s.bars ? colour(s.colour) + "66" : undefined,
    points: { show: s.values.filter((v) => v !== null).length < 2, size: 5 }, paths: s.bars ? uPlot.paths.bars({ size: [0.8, 24], align: 0 }) : isStepped ? uPlot.paths.stepped({ align: 1 }) : undefined,
    value: (u, v) => (v === null || v === undefined ? "\u2014" : number(v)) }));
}

// options: { label, times (seconds), isDaily, isStepped, height, top (of the scale), series: [{ title, values, colour, bars }] }
export async function plot(options) {
  const box = h("div", { class: "plot", role: "img", "aria-label": sentence(options) });
  if (!options.times.length) return h("div", { class: "empty" }, h("p", null, t("plot.empty")));
  const uPlot = await library("plot");
  if (!uPlot) return missing();
  const height = options.height || 180;
  let chart = null;
  const size = (width) => {
    if (width < 50) return;
    if (chart) return void chart.setSize({ width, height });
    chart = new uPlot({ width, height, axes: axes(), cursor: { drag: { x: false, y: false } }, legend: { live: true },
      tzDate: (ts) => uPlot.tzDate(new Date(ts * 1000), zone()), 
      scales: { x: { time: true }, y: { range: (u, low, high) => [0, options.top || Math.max(high || 0, 4) * 1.05] } },
      series: [{ label: t("col.when"), value: (u, v) => (v === null ? "\u2014" : (options.isDaily ? dayText : timeText)(v * 1000)) }, ...lines(uPlot, options.series, options.isStepped)] },
    [options.times, ...options.series.map((s) => s.values)], box);
  };
  let wasShown = false; // two plots are put on the page together: the first waits for the second
  const observer = new ResizeObserver(([entry]) => {
    if (!box.isConnected) return void (wasShown && observer.disconnect());
    wasShown = true;
    size(Math.floor(entry.contentRect.width));
  });
  fill(box);
  const holder = add(h("div", { class: "plot-holder" }), box);
  requestAnimationFrame(() => observer.observe(box));
  return holder;
}
