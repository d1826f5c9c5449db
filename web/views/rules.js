// What each rule did, and what an experimental one would have done.
import { ask } from "../lib/ask.js";
import { add, h } from "../lib/dom.js";
import { chip, empty, facts, heading, number, panel, quiet, table, watchForChange } from "../lib/parts.js";
import { placeOf } from "../lib/places.js";
import { t, told, word } from "../lib/words.js";
import { trial } from "./rules_trial.js";

const FORMS = ["signal", "compare", "limit", "timing", "interaction", "support", "policy"];

function ruleTable(label, rules, found) {
  return table(label, [
    { title: t("col.rule"), class: "grow", of: (r) => [h("a", { href: placeOf.rule(r.rule) }, r.rule), h("span", { class: "sub" }, told(r.title))] },
    { title: t("col.status"), of: (r) => chip("status", r.status) },
    { title: t("col.level"), of: (r) => (r.form === "policy" ? chip("level", r.level) : quiet("\u2014")) },
    { title: t("rules.counts"), class: "num", of: (r) => (r.form === "policy" ? quiet("\u2014") : t("rules.counts.of", { n: number(r.links), of: number(found.links_read) })) },
    { title: t("rules.opened"), class: "num", of: (r) => (r.form === "policy" ? number(r.opened) : quiet("\u2014")) },
    { title: t("rules.standing"), class: "num", of: (r) => (r.form === "policy" ? number(r.standing) : quiet("\u2014")) }], rules);
}

function one(root, rule, found) {
  add(root, heading(rule.rule, chip("status", rule.status)), panel(told(rule.title), {}, facts(
    [t("col.form"), word("form", rule.form)], [t("col.level"), word("level", rule.level)],
    rule.form === "policy" ? [t("rules.opened"), number(rule.opened)] : [t("rules.counts"), t("rules.counts.of", { n: number(rule.links), of: number(found.links_read) })],
    rule.form === "policy" ? [t("rules.standing"), rule.standing ? h("a", { href: "#/alerts?show=standing&rule=" + encodeURIComponent(rule.rule) }, number(rule.standing)) : "0"] : null,
    rule.status === "experimental" ? [t("rules.shadow"), t("rules.shadow.help")] : null)));
}

export const asks = () => ["/v1/rules"];

export async function show(at, root, redraw) {
  const load = () => ask("/v1/rules"), found = await load();
  if (at.parts[0]) {
    const rule = found.rules.find((r) => r.rule === at.parts[0]);
    if (!rule) return void add(root, heading(t("tab.rules")), empty(t("rules.unknown", { rule: at.parts[0] })));
    one(root, rule, found);
    return trial(rule.rule, root);
  }
  const shadows = found.rules.filter((r) => r.status === "experimental"), policies = found.rules.filter((r) => r.form === "policy" && r.status !== "experimental");
  const evidence = found.rules.filter((r) => r.form !== "policy" && r.status !== "experimental").sort((a, b) => b.links - a.links || FORMS.indexOf(a.form) - FORMS.indexOf(b.form) || a.rule.localeCompare(b.rule));
  add(root, heading(t("tab.rules"), quiet(t("rules.read", { n: number(found.links_read), of: number(found.links) }))),
    panel(t("rules.policies"), { class: "wide", note: t("rules.policies.note") }, ruleTable(t("rules.policies"), policies, found)),
    panel(t("rules.shadows"), { class: "wide", note: t("rules.shadow.help") }, shadows.length ? ruleTable(t("rules.shadows"), shadows, found) : empty(t("rules.shadows.none"))),
    panel(t("rules.evidence"), { class: "wide" }, ruleTable(t("rules.evidence"), evidence, found)));
  return watchForChange(root, load, JSON.stringify(found), redraw);
}
