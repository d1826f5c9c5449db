// Pieces that every view is made of.
import { Away, Refused } from "./ask.js";
import { add, fill, freshId, h } from "./dom.js";
import { liveStatus, onLive } from "./live.js";
import { placeOf } from "./places.js";
import { name, plainName, prose } from "./shown.js";
import { number, t, word } from "./words.js";

export const quiet = (...children) => h("span", { class: "quiet" }, children);

export function heading(title, ...beside) {
  return h("header", { class: "view-head" }, h("h1", { tabindex: "-1" }, title), h("div", { class: "beside" }, beside));
}

// A panel is a region with a name.
export function panel(title, options, ...children) {
  const id = freshId("panel");
  return h("section", { class: "panel " + (options?.class || ""), "aria-labelledby": id },
    h("header", null, h("h2", { id }, title), options?.note ? h("span", { class: "note" }, options.note) : null,
      options?.beside ? h("div", { class: "beside" }, options.beside) : null),
    h("div", { class: "body" }, children));
}

export function empty(text, ...more) {
  return h("div", { class: "empty" }, h("p", null, text), more);
}

export const waiting = () => h("div", { class: "waiting", "aria-hidden": "true" }, h("i"), h("i"), h("i"));

export function failure(error) {
  if (error instanceof Away) return empty(t("away.view"));
  if (error instanceof Refused) return empty(error.message, error.status === 404 ? h("p", { class: "quiet" }, t("lost.search")) : null);
  console.error(error);
  return empty(t("error.view"), h("p", { class: "quiet" }, String(error)));
}

export function accountLink(account, most) {
  return h("a", { class: "account", href: placeOf.account(account) }, name(account, most));
}

// The name of a site in grey before that of the account.
export function accountName(account, most = 60) {
  const cut = account.indexOf("/");
  if (cut <= 0) return name(account, most);
  return h("span", { class: "whole-name" }, h("span", { class: "site" }, name(account.slice(0, cut), 24), "/"), name(account.slice(cut + 1), most));
}

// "agency brightdesk": the kind of a relation and whom it is with.
export function relationName(text, most = 40) {
  const cut = text.indexOf(" ");
  return cut < 0 ? name(text, most) : [word("relation", text.slice(0, cut)), " ", name(text.slice(cut + 1), most)];
}

export const chip = (group, value, label) => h("span", { class: `chip ${group}-${value}` }, label ?? word(group, value));
export const levelChip = (level) => chip("level", level);
export const stateChip = (state) => chip("state", state);

// A score as figure and bar.
export function score(value, band) {
  return h("span", { class: `score band-${band || bandOf(value)}` },
    h("span", { class: "bar", "aria-hidden": "true" }, h("i", { place: { width: value / 10 + "%" } })), h("b", null, String(value)));
}

// Where a band begins, as the rules of the daemon say.
export function bandStarts() {
  return liveStatus()?.bands ?? { possible: 500, probable: 800, strong: 950 };
}

export function bandOf(value) {
  const from = bandStarts();
  return ["strong", "probable", "possible"].find((band) => value >= from[band]) ?? "none";
}

// What is not needed for the first look is made when that is on the screen.
export const afterFrame = (todo) => requestAnimationFrame(() => setTimeout(todo));

// What is made when it is unfolded.
export function folded(summary, make, options = {}) {
  const box = h("details", { class: options.class, ontoggle: () => box.childElementCount === 1 && add(box, make()) }, summary);
  return box;
}

const ROWS_AT_ONCE = 30;

// What is out of sight of a long table is drawn after what is in sight, a run of rows a frame.
function drawRows(body, rows, draw, from = 0) {
  add(body, rows.slice(from, from + ROWS_AT_ONCE).map((row, n) => draw(row, from + n)));
  if (from + ROWS_AT_ONCE < rows.length) setTimeout(() => requestAnimationFrame(() => drawRows(body, rows, draw, from + ROWS_AT_ONCE)));
}

// columns: [{ title, class, of: row => node }]. The first cell of a row names it.
export function table(label, columns, rows, options = {}) {
  const head = h("thead", null, h("tr", null, columns.map((c) => h("th", { scope: "col", class: c.class }, c.title)))), body = h("tbody");
  drawRows(body, rows, (row, n) => h("tr", options.row?.(row, n) || null, columns.map((c, i) =>
    h(i === 0 ? "th" : "td", { class: c.class, scope: i === 0 ? "row" : null }, c.of(row, n)))));
  return h("div", { class: "scrolls", tabindex: "0", role: "group", "aria-label": label }, h("table", null, head, body));
}

export function facts(...pairs) {
  return h("dl", { class: "facts" }, pairs.filter(Boolean).map(([title, value]) => h("div", null, h("dt", null, title), h("dd", null, value))));
}

export function button(label, onclick, options = {}) {
  return h("button", { type: "button", onclick, class: options.class, title: options.title, disabled: options.disabled,
    "aria-keyshortcuts": options.key }, label, options.key ? h("kbd", { "aria-hidden": "true" }, options.key) : null);
}

const spoken = () => document.getElementById("spoken");

// For those who hear the page.
export function say(text) {
  const at = spoken();
  if (at) fill(at, text);
}

export function toast(text, kind = "good") {
  const box = h("div", { class: `toast ${kind}` }, text);
  add(document.getElementById("toasts"), box);
  say(text);
  setTimeout(() => box.remove(), kind === "good" ? 4000 : 9000);
}

// More of a list than fits a look.
export function cutList(items, most, draw) {
  const rest = items.length - most;
  if (rest <= 0) return items.map(draw);
  const kept = items.slice(0, most).map(draw);
  const holder = h(kept[0].tagName === "LI" ? "li" : "div", { class: "more-holder" });
  const more = button(t("more", { n: number(rest) }), () => {
    const first = items.slice(most).map(draw);
    holder.replaceWith(...first);
    first[0].querySelector?.("a, button")?.focus();
  }, { class: "plain" });
  add(holder, more);
  return [...kept, holder];
}

// What is shown has changed meanwhile: asked again quietly, and the reader says when.
export function watchForChange(root, load, shown, redraw) {
  let offered = false, busy = false, last = 0;
  const stop = onLive(async (kind) => {
    if (kind === "back") return redraw();
    if (kind !== "change" || offered || busy || Date.now() - last < 2000) return;
    busy = true;
    last = Date.now();
    try {
      if (JSON.stringify(await load()) === shown) return;
      offered = true;
      const pill = button(t("changed.show"), redraw, { class: "pill" });
      root.querySelector(".view-head .beside")?.prepend(pill);
      say(t("changed.show"));
    } catch {
      /* the next change asks again */
    } finally {
      busy = false;
    }
  });
  return stop;
}

// text, or a function that says it when it is asked for.
export function copyButton(text, label) {
  return button(t("copy"), async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "function" ? text() : text);
      toast(t("copied"));
    } catch {
      toast(t("copy.failed"), "bad");
    }
  }, { class: "plain small", title: label });
}

export { accountLink as linkTo, name, number, plainName, prose, t, word };
