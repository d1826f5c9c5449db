// An edited rule file, tried on the stored events: what it would change, before anybody enables it.
import { ask, send, urlOf } from "../lib/ask.js";
import { fill, h } from "../lib/dom.js";
import { lineDiff } from "../lib/line_diff.js";
import { accountName, button, copyButton, empty, number, panel, quiet, table, toast } from "../lib/parts.js";
import { placeOf } from "../lib/places.js";
import { may } from "../lib/session.js";
import { t } from "../lib/words.js";

const LOOK_MS = 500;
const drafts = new Map(); // by file: what was typed outlives the view
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const step = (before, after) => (before === after ? quiet(number(after)) : h("b", null, `${number(before)} \u2192 ${number(after)}`));

function difference({ links, rules }) {
  return [h("p", null, t("trial.links", { appear: number(links.appear), disappear: number(links.disappear), change: number(links.change), same: number(links.same) })),
    rules.length ? table(t("trial.rules"), [
      { title: t("col.rule"), class: "grow", of: (r) => h("a", { href: placeOf.rule(r.rule) }, r.rule) },
      { title: t("rules.counts"), class: "num", of: (r) => step(r.links_before, r.links) },
      { title: t("rules.opened"), class: "num", of: (r) => step(r.opened_before, r.opened) },
      { title: t("rules.standing"), class: "num", of: (r) => step(r.standing_before, r.standing) }], rules) : h("p", { class: "quiet" }, t("trial.rules.same")),
    links.examples.length ? table(t("trial.examples"), [
      { title: t("col.pair"), class: "grow", of: (l) => h("a", { href: placeOf.pair(l.a, l.b) }, accountName(l.a), " = ", accountName(l.b)) },
      { title: t("trial.before"), class: "num", of: (l) => (l.before ? number(l.before) : "\u2014") },
      { title: t("trial.after"), class: "num", of: (l) => (l.after ? number(l.after) : "\u2014") }], links.examples) : null];
}

class Trial {
  constructor(file) {
    this.file = file;
    this.isGone = false;
    this.isFollowed = false;
    this.box = h("div", { class: "outcome" });
    this.changes = h("div", { class: "line-diff" });
    this.field = h("textarea", { id: "rule-text", class: "code", rows: "22", spellcheck: "false", value: drafts.get(file.file) ?? file.text, readonly: !may("analyst"), oninput: () => this.typed() });
    this.go = button(t("trial.go"), () => this.begin(), { class: "primary" });
    this.back = button(t("trial.back"), () => this.forget(), { class: "plain" });
    this.copy = h("span", null, copyButton(() => this.field.value, t("trial.copy")));
  }

  typed() {
    if (this.field.value === this.file.text) drafts.delete(this.file.file);
    else drafts.set(this.file.file, this.field.value);
    this.drawChanges();
  }

  forget() {
    this.field.value = this.file.text;
    this.typed();
    toast(t("trial.back.done"));
  }

  drawChanges() {
    const lines = lineDiff(this.file.text, this.field.value);
    this.back.hidden = lines.length === 0;
    fill(this.changes, lines.length ? [h("h3", null, t("trial.changed", { n: lines.length })),
      h("pre", { tabindex: "0", "aria-label": t("trial.changed", { n: lines.length }) }, lines.slice(0, 200).map((l) => h("span", { class: l.sign === "-" ? "went" : "came" }, `${l.sign} ${String(l.line).padStart(4)}  ${l.text}\n`)))] : null);
  }

  async begin() {
    this.go.disabled = true;
    try {
      await send("/v1/backtest", { file: this.file.file, text: this.field.value });
      await this.follow();
    } catch (error) {
      fill(this.box, empty(error.message));
    } finally {
      this.go.disabled = false;
    }
  }

  async cancel() {
    try {
      this.show(await send("/v1/backtest/cancel", {}));
    } catch (error) {
      toast(error.message, "bad");
    }
  }

  // Until it is over or the view is left. One that somebody else began on another file is theirs.
  async follow() {
    if (this.isFollowed) return;
    this.isFollowed = true;
    try {
      for (let found = await ask("/v1/backtest"); !this.isGone && this.show(found); found = await ask("/v1/backtest")) await pause(LOOK_MS);
    } finally {
      this.isFollowed = false;
    }
  }

  // True while it runs.
  show(found) {
    const isOurs = found.file === this.file.file, isRunning = isOurs && found.state === "running";
    if (!isOurs) return false;
    if (isRunning) this.showProgress(found);
    else fill(this.box, h("div", { role: "status" }, this.outcome(found)));
    return isRunning;
  }

  showProgress(found) {
    const bar = this.box.querySelector("progress") ?? h("progress", { "aria-label": t("trial.running") });
    const told = t("trial.progress", { n: number(found.seq), of: number(found.of) });
    bar.max = found.of || 1;
    bar.value = found.seq;
    if (bar.isConnected) return void fill(this.box.querySelector(".told"), told);
    fill(this.box, h("div", { class: "buttons" }, bar, h("span", { class: "quiet told" }, told), may("analyst") ? button(t("trial.cancel"), () => this.cancel(), { class: "plain" }) : null));
  }

  outcome(found) {
    if (found.state === "cancelled") return h("p", { class: "quiet" }, t("trial.cancelled"));
    if (found.state === "failed") return [h("p", { class: "problem" }, t("trial.failed")), h("pre", { class: "errors", tabindex: "0", "aria-label": t("trial.failed") }, found.errors.join("\n"))];
    return [h("p", { class: "quiet" }, t("trial.done", { file: found.file, n: number(found.of), ms: number(found.took_ms) })), difference(found.difference)];
  }

  draw() {
    this.drawChanges();
    return panel(t("trial.title"), { class: "wide", note: t("trial.note"), beside: this.copy },
      h("label", { for: "rule-text", class: "quiet" }, this.file.file), this.field, this.changes,
      may("analyst") ? h("div", { class: "buttons" }, this.go, this.back) : null, this.box);
  }
}

// Draws into root; answers what ends it.
export async function trial(rule, root) {
  const made = new Trial(await ask(urlOf`/v1/rules/${rule}`));
  root.append(made.draw());
  made.follow().catch(() => null);
  return () => {
    made.isGone = true;
  };
}
