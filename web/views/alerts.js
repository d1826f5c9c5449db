// The queue: a list to be worked through by keyboard, and the alert at hand beside it.
import { ask, urlOf } from "../lib/ask.js";
import { add, fill, h, isTyping } from "../lib/dom.js";
import { LongList } from "../lib/lists.js";
import { engineNow, liveStatus, onLive } from "../lib/live.js";
import { button, empty, heading, number, toast } from "../lib/parts.js";
import { keepQuery } from "../lib/places.js";
import { rulesOf, summaryText, titleText } from "../lib/said.js";
import { may, myName } from "../lib/session.js";
import { keepSetting, setting } from "../lib/settings.js";
import { cut, visible } from "../lib/shown.js";
import { at as timeAt, spanText, timeText } from "../lib/times.js";
import { t, word } from "../lib/words.js";
import { detail } from "./alert.js";
import { actions, offer } from "./alert_acts.js";

const SHOWS = ["standing", "open", "acknowledged", "appealed", "overdue", "mine", "changed", "snoozed", "resolved", "all"];
const ORDERS = ["urgent", "newest", "oldest"];
const LEVELS = ["critical", "high", "medium", "low", "info"];

// Most urgent first: a short page to look at, then large ones. More than MOST_KEPT nobody works through at once.
const FIRST_PAGE = 200, PAGE = 1000, MOST_KEPT = 20000, DRAWN_EVERY = 5, LOOK_MS = 2000;
const pagePath = (state, limit, after) => `/v1/alerts?state=${state}&order=urgent&limit=${limit}${after && "&after=" + encodeURIComponent(after)}`;
const pageOf = (state, limit, after) => ask(pagePath(state, limit, after));

const serverState = (show) => (["open", "acknowledged", "appealed", "resolved", "all"].includes(show) ? show : show === "changed" ? "all" : "standing");

// Times as numbers, once: they are compared again and again.
function withTimes(alert) {
  alert.openedMs = timeAt(alert.opened);
  alert.deadlineMs = timeAt(alert.deadline) || Infinity;
  return alert;
}

const rank = (alert) => LEVELS.indexOf(alert.level);
function byUrgency(a, b) {
  return Number(b.is_overdue) - Number(a.is_overdue) || rank(a) - rank(b) || (a.deadlineMs === b.deadlineMs ? 0 : a.deadlineMs - b.deadlineMs) || a.openedMs - b.openedMs;
}

function passes(alert, filter, seen) {
  const { show, level, rule, text, me } = filter;
  const stands = alert.state !== "resolved";
  if (show === "standing" && (!stands || alert.snoozed_until)) return false;
  if (show === "overdue" && !(stands && alert.is_overdue)) return false;
  if (show === "mine" && !(stands && alert.owner === me)) return false;
  if (show === "snoozed" && !(stands && alert.snoozed_until)) return false;
  if (show === "changed" && alert.updated_seq <= seen) return false;
  if (SHOWS.indexOf(show) < 4 && show !== "standing" && alert.state !== show) return false;
  if (level && alert.level !== level) return false;
  if (rule && !rulesOf(alert).includes(rule)) return false;
  return !text || (summaryText(alert) + " " + (alert.group || alert).accounts.join(" ") + " " + alert.id + " " + (alert.owner || "")).toLowerCase().includes(text);
}

function ordered(rows, order) {
  if (order === "urgent") return rows.sort(byUrgency);
  const sign = order === "newest" ? -1 : 1;
  return rows.sort((a, b) => sign * (a.openedMs - b.openedMs) || a.id.localeCompare(b.id));
}

// What is to come of it: it is put off, it is due, or nothing but its state.
function standing(alert, now) {
  if (alert.state !== "resolved" && alert.snoozed_until) return h("span", { class: "snoozed" }, t("alerts.snoozed", { time: timeText(timeAt(alert.snoozed_until)) }));
  if (alert.state === "resolved" || !alert.deadline) return h("span", { class: `state-${alert.state}` }, word("state", alert.state));
  const left = timeAt(alert.deadline) - now, isOver = left < 0 || alert.is_overdue;
  return h("span", { class: "deadline" + (isOver ? " over" : "") }, isOver ? t("deadline.over.short") : spanText(left));
}

function rowOf(alert, seen) {
  const names = alert.group ? alert.group.accounts : alert.accounts;
  const now = engineNow(), isNew = alert.opened_seq > seen, isChanged = !isNew && alert.updated_seq > seen;
  return [h("span", { class: `edge level-${alert.level}`, "aria-hidden": "true" }),
    h("span", { class: "row-text" },
      h("span", { class: "row-title" }, h("span", { class: "heard" }, word("level", alert.level) + ". "), titleText(alert),
        alert.group ? h("span", { class: "quiet" }, " × " + alert.group.alerts) : null,
        isNew ? h("span", { class: "fresh" }, t("alerts.new")) : isChanged ? h("span", { class: "fresh" }, t("alerts.changed")) : null),
      h("bdi", { class: "row-names" }, names.slice(0, 3).map((name) => cut(visible(name), 40)).join(", ") + (names.length > 3 ? ` +${names.length - 3}` : ""))),
    h("span", { class: "row-side" },
      h("span", null, alert.owner ? [h("span", { class: "heard" }, t("alert.owner") + " "), h("bdi", { class: "owner" }, cut(visible(alert.owner), 18)), " · "] : null, spanText(now - timeAt(alert.opened))),
      standing(alert, now))];
}

function select(label, name, values, value, changed, write) {
  const id = "filter-" + name;
  return h("label", { for: id, class: "filter" }, h("span", { class: "heard" }, label),
    h("select", { id, onchange: (event) => changed(event.target.value) }, values.map((v) => h("option", { value: v, selected: v === value }, write(v)))));
}

class Queue {
  constructor(at, root) {
    this.root = root;
    this.seen = setting("seen") === "" ? Infinity : Number(setting("seen")) || 0; // a first visit: nothing is news
    this.all = [];
    this.marked = new Set();
    this.filter = { show: at.query.get("show") || "standing", level: at.query.get("level") || "", rule: at.query.get("rule") || "", text: (at.query.get("text") || "").toLowerCase() };
    if (!SHOWS.includes(this.filter.show)) this.filter.show = "standing";
    this.order = ORDERS.includes(at.query.get("order")) ? at.query.get("order") : "urgent";
    this.wanted = at.parts[0] || "";
    this.isGone = false;
    this.list = new LongList({ label: t("alerts.list"), height: 56, key: (a) => a.id, draw: (a) => rowOf(a, this.seen),
      isMarked: (a) => this.marked.has(a.id), onpick: (a) => this.pick(a) });
    this.side = h("div", { class: "side", tabindex: "-1" });
    this.count = h("span", { class: "quiet", role: "status" });
    this.bulk = h("div", { class: "bulk", hidden: true });
    this.bar = h("div", { class: "filters" });
  }

  draw() {
    add(this.root, heading(t("tab.alerts"), this.count), this.bar,
      h("div", { class: "queue" }, h("div", { class: "queue-list" }, this.bulk, this.list.box), this.side));
    this.drawBar();
  }

  drawBar() {
    const change = (name) => (value) => {
      if (name === "order") this.order = value;
      else this.filter[name] = value;
      keepQuery({ show: this.filter.show, level: this.filter.level, rule: this.filter.rule, text: this.filter.text, order: this.order === "urgent" ? "" : this.order });
      if (name === "show") this.load();
      else this.apply();
    };
    const rules = [...new Set(this.all.flatMap(rulesOf))].sort();
    if (this.filter.rule && !rules.includes(this.filter.rule)) rules.push(this.filter.rule);
    const text = h("input", { id: "filter-text", type: "search", value: this.filter.text, placeholder: t("alerts.text"), "aria-label": t("alerts.text"), oninput: (event) => change("text")(event.target.value.trim().toLowerCase()) });
    fill(this.bar,
      select(t("alerts.show"), "show", SHOWS, this.filter.show, change("show"), (v) => t("show." + v)),
      select(t("col.level"), "level", ["", ...LEVELS], this.filter.level, change("level"), (v) => (v ? word("level", v) : t("alerts.levels"))),
      select(t("col.rule"), "rule", ["", ...rules], this.filter.rule, change("rule"), (v) => v || t("alerts.rules")),
      select(t("alerts.order"), "order", ORDERS, this.order, change("order"), (v) => t("order." + v)),
      text,
      button(t("alerts.seen"), () => this.markSeen(), { class: "plain", title: t("alerts.seen.title") }));
  }

  markSeen(isFirst) {
    const known = isFirst === true ? (liveStatus()?.seq ?? 0) : Number.isFinite(this.seen) ? this.seen : 0; // settled ones are no news to who comes first
    this.seen = this.all.reduce((most, a) => Math.max(most, a.updated_seq), known);
    keepSetting("seen", String(this.seen));
    if (isFirst === true) return;
    this.apply();
    toast(t("alerts.seen.done"));
  }

  async load() {
    const turn = (this.turn = (this.turn || 0) + 1), state = serverState(this.filter.show), isOver = () => this.isGone || turn !== this.turn;
    try {
      const first = await pageOf(state, FIRST_PAGE, "");
      if (isOver()) return;
      this.take(first, true);
      this.rest = this.loadRest(state, first.next, isOver).catch((error) => this.isGone || fill(this.count, error.message));
    } catch (error) {
      if (!this.isGone) fill(this.count, error.message);
    }
  }

  async loadRest(state, next, isOver) {
    for (let n = 1, after = next; after && this.all.length < MOST_KEPT; n += 1) {
      const page = await pageOf(state, PAGE, after);
      if (isOver()) return;
      after = page.next;
      this.take(page, false, n % DRAWN_EVERY === 0 || !after || this.all.length + page.alerts.length >= MOST_KEPT);
    }
    if (!this.bar.contains(document.activeElement)) this.drawBar();
    if (this.seen === Infinity && this.all.length) this.markSeen(true);
  }

  take(page, isFirst, isDrawn = true) {
    const rows = page.alerts.map(withTimes);
    this.total = page.total ?? 0;
    this.isWhole = !page.next;
    this.all = isFirst ? rows : this.all.concat(rows);
    this.newest = rows.reduce((most, a) => Math.max(most, a.updated_seq), isFirst ? 0 : this.newest);
    if (isDrawn) this.apply(this.isWhole);
  }

  // What has changed since, newest change first, until what is known already; many changes, or what left the state: all anew.
  async catchUp() {
    if (this.newest === undefined) return this.load();
    const page = await ask(`/v1/alerts?state=all&limit=${FIRST_PAGE}`), fresh = page.alerts.filter((a) => a.updated_seq > this.newest).map(withTimes);
    if (this.isGone || !fresh.length) return;
    if (fresh.length === page.alerts.length) return this.load();
    const ids = new Set(fresh.map((a) => a.id)), state = serverState(this.filter.show);
    const stays = (a) => state === "all" || (state === "standing" ? a.state !== "resolved" : a.state === state);
    this.all = this.all.filter((a) => !ids.has(a.id)).concat(fresh.filter(stays));
    this.newest = fresh.reduce((most, a) => Math.max(most, a.updated_seq), this.newest);
    this.apply();
  }

  apply(isLast = true) {
    const rows = ordered(this.all.filter((a) => passes(a, this.filter, this.seen)), this.order);
    this.list.setRows(rows);
    fill(this.count, t("alerts.count", { n: number(rows.length) }), this.isWhole || !this.total ? null : [" ", t("alerts.of", { n: number(this.all.length), of: number(this.total) })]);
    this.drawBulk();
    if (this.wanted && isLast && !rows.some((a) => a.id === this.wanted) && this.all.some((a) => a.id === this.wanted)) {
      this.filter.show = "all"; // the one that was asked for is settled or snoozed
      return this.apply(isLast);
    }
    if (this.wanted && this.list.find(this.wanted)) this.wanted = "";
    if (this.list.current()) this.showSide(this.list.current());
    else if (isLast && !this.shown) fill(this.side, rows.length ? empty(t("alerts.pick"), h("p", { class: "quiet" }, t("alerts.keys"))) : empty(this.all.length ? t("alerts.filtered") : t("alerts.none")));
  }

  pick(alert) {
    if (!alert) return;
    history.replaceState(null, "", "#/alerts/" + encodeURIComponent(alert.id) + location.hash.replace(/^[^?]*/, ""));
    this.showSide(alert, true);
  }

  showSide(alert, isPicked) {
    const same = this.shown && this.shown.id === alert.id;
    if (same && !isPicked && (this.shown.updated_seq === alert.updated_seq || this.side.querySelector("textarea, input")?.value)) return;
    this.shown = alert;
    fill(this.side, detail(alert, { act: (which) => this.act(which), back: () => this.list.box.focus() }));
    this.root.classList.add("has-side");
  }

  mark(alert) {
    if (!alert) return;
    if (!this.marked.delete(alert.id)) this.marked.add(alert.id);
    this.list.draw();
    this.drawBulk();
  }

  drawBulk() {
    const n = this.marked.size;
    this.bulk.hidden = n === 0;
    if (n === 0) return;
    const chosen = this.all.filter((a) => this.marked.has(a.id));
    fill(this.bulk, h("b", null, t("alerts.marked", { n: number(n) })),
      may("analyst") ? actions().filter((a) => chosen.some(a.fits)).map((a) => button(t("act." + a.name), () => this.act(a.name))) : null,
      button(t("alerts.mark.all"), () => {
        for (const row of this.list.rows) this.marked.add(row.id);
        this.apply();
      }, { class: "plain" }),
      button(t("alerts.unmark"), () => {
        this.marked.clear();
        this.apply();
      }, { class: "plain" }));
  }

  // On what is marked, else on the alert at hand.
  async act(which) {
    const ids = new Set(this.marked.size ? this.marked : this.shown ? [this.shown.id] : []);
    const chosen = this.all.filter((a) => ids.has(a.id));
    if (!chosen.length && this.shown && ids.has(this.shown.id)) chosen.push(this.shown);
    const owners = [...new Set(this.all.map((a) => a.owner).filter(Boolean))].sort();
    if (!chosen.length || !(await offer(which, chosen, owners))) return;
    this.marked.clear();
    const next = this.list.rows[this.list.at + 1];
    await this.catchUp();
    if (this.shown && chosen.some((a) => a.id === this.shown.id)) await this.showAnew(this.shown.id);
    if (!this.list.current() && next) this.list.find(next.id);
    this.list.box.focus();
  }

  // Unless somebody has gone on to another meanwhile.
  async showAnew(id) {
    const fresh = await ask(urlOf`/v1/alerts/${id}`);
    if (!this.isGone && this.shown.id === id) this.showSide(fresh, true);
  }

  // The alert at hand, also where others only noted something, which makes it no news for the list. Who stands on a button of it stays
  // there; what is typed stands in a dialog of its own.
  async refreshShown() {
    const before = this.shown, fresh = before && (await ask(urlOf`/v1/alerts/${before.id}`));
    if (!fresh || this.isGone || this.shown !== before || (fresh.updated_seq === before.updated_seq && fresh.notes === before.notes)) return;
    const places = () => [...this.side.querySelectorAll("a, button")], at = places().indexOf(document.activeElement);
    this.showSide(fresh, true);
    if (at >= 0) places()[at]?.focus();
  }

  onKey(event) {
    if (isTyping(event) || document.querySelector("dialog[open]") || event.defaultPrevented) return;
    const act = may("analyst") && actions().find((a) => a.key === event.key);
    if (event.key === "j" || event.key === "k") {
      // What was just settled has left the list: the one that took its place is the next.
      const isGone = this.shown && this.list.current() && !this.list.rows.some((row) => row.id === this.shown.id);
      this.list.move(this.list.at + (event.key === "k" ? -1 : isGone ? 0 : 1));
      this.pick(this.list.current());
      this.list.box.focus();
    } else if (event.key === "x" || (event.key === " " && event.target === this.list.box)) {
      this.mark(this.list.current());
    } else if (event.key === "Enter" && !event.target.closest("a, button, summary")) { // where there is room for one of the two, the list is out of sight
      this.side.querySelector("a.primary, a")?.focus();
    } else if (event.key === "Escape" && this.root.classList.contains("has-side")) {
      this.root.classList.remove("has-side");
      this.list.box.focus();
    } else if (act) {
      this.act(act.name);
    } else {
      return;
    }
    event.preventDefault();
  }
}

export const asks = (at) => [pagePath(serverState(at.query.get("show") || "standing"), FIRST_PAGE, ""), ...at.parts.slice(0, 1).map((id) => urlOf`/v1/alerts/${id}`)];

export async function show(at, root) {
  const queue = new Queue(at, root);
  queue.draw();
  queue.filter.me = myName();
  const named = queue.wanted ? ask(urlOf`/v1/alerts/${queue.wanted}`).catch((error) => error) : null; // beside the list
  await queue.load();
  if (queue.wanted) {
    const alert = await named;
    if (alert instanceof Error) fill(queue.side, empty(alert.message));
    else queue.showSide(alert, true);
  }
  const onKey = (event) => queue.onKey(event);
  document.addEventListener("keydown", onKey);
  let asked = Date.now(), due = 0;
  const look = () => {
    due = 0;
    asked = Date.now();
    queue.catchUp().then(() => queue.refreshShown()).catch(() => null);
  };
  const stop = onLive((kind) => {
    if (kind === "change" || kind === "back") due ||= setTimeout(look, Math.max(0, asked + LOOK_MS - Date.now())); // the last of many too
  });
  return () => {
    clearTimeout(due);
    queue.isGone = true;
    queue.list.stop();
    document.removeEventListener("keydown", onKey);
    stop();
  };
}
