// What people say of values and of ranges of addresses: that many share one by right, that it says nothing, and notes. Before a
// mark is made the dialog says what it would change.
import { ask } from "../lib/ask.js";
import { fill, freshId, h, isTyping } from "../lib/dom.js";
import { accountName, button, chip, empty, name, number, panel, plainName, prose, quiet, table, toast } from "../lib/parts.js";
import { placeOf } from "../lib/places.js";
import { may } from "../lib/session.js";
import { time } from "../lib/times.js";
import { t, word } from "../lib/words.js";
import { state } from "./statement.js";

const WORDS = ["shared", "generic"], RANGE_WORDS = [...WORDS, "note"];

export const markChip = (mark) => (mark ? chip("mark", mark.value) : null);

// "Marked as shared by jo, 12 June: the office"
export function markLine(mark) {
  return [h("b", null, word("mark", mark.value)), " ", quiet(mark.range ? t("mark.by.range", { name: plainName(mark.actor || "", 60), range: mark.range }) : t("mark.by", { name: plainName(mark.actor || "", 60) }), " ", time(mark.at)),
    mark.reason ? h("div", null, prose(mark.reason, 400)) : null];
}

const ofRange = (note) => (note.range ? [t("note.range", { range: note.range }), " "] : null);

export function noteList(notes) {
  if (!notes.length) return null;
  return h("ol", { class: "notes plain-list" }, notes.map((note) => h("li", null, h("div", null, prose(note.text, 2000)), quiet(ofRange(note), plainName(note.actor || "", 60), " ", time(note.at)))));
}

// The newest note, where a value is one of many.
export const noted = (note) => (note ? h("span", { class: "noted" }, h("span", { class: "chip note" }, t("act.note.text")), " ", prose(note.text, 160), " ", quiet(ofRange(note), plainName(note.actor || "", 60))) : null);

function effectShown(effect) {
  if (!effect.links) return h("p", { class: "effect" }, t("mark.effect.none"));
  return h("div", { class: "effect" }, h("p", null, t("mark.effect", { links: effect.links, ending: effect.ending, alerts: effect.alerts }), effect.read < effect.links ? quiet(" ", t("mark.effect.read", { n: number(effect.read) })) : null),
    h("ul", { class: "plain-list" }, effect.strongest.slice(0, 6).map((link) => h("li", null, h("b", null, `${link.before} \u2192 ${link.after}`), " ", accountName(link.a, 32), " = ", accountName(link.b, 32)))));
}

const query = (on) => "/v1/marks/effect?" + new URLSearchParams(on);
const choice = (value, isFirst) => h("label", { class: "choice" }, h("input", { type: "radio", name: "mark", value, required: true, checked: isFirst }),
  h("span", null, h("b", null, word("mark", value)), quiet(t("mark.help." + value))));

// on: the value ({kind, key}) or the range; about: what the reader calls it.
function markDialog(on, about, redraw) {
  const effect = h("div", { "aria-live": "polite" }, quiet(t("waiting")));
  ask(query(on)).then((found) => fill(effect, effectShown(found)), (error) => fill(effect, error.message));
  state({ title: t("mark.do"), about, done: () => (toast(t("mark.done")), redraw()), fields: [h("fieldset", { class: "choices" }, h("legend", null, t("mark.which")), WORDS.map((value, i) => choice(value, i === 0))), effect],
    posts: (reason, box) => [["/v1/marks", { mark: on, value: new FormData(box.firstChild).get("mark"), reason }]] });
}

const undoDialog = (on, about, redraw) => state({ title: t("mark.undo"), about, done: () => (toast(t("mark.undone")), redraw()), posts: (reason) => [["/v1/marks", { mark: on, value: "none", reason }]] });
const noteDialog = (on, about, redraw) => state({ title: t("act.note"), about, label: t("act.note.text"), done: () => (toast(t("act.done.note", { n: 1 })), redraw()), posts: (reason) => [["/v1/marks", { mark: on, value: "note", reason }]] });

// A range is typed; it is asked for what it would change as soon as it is one. It may be noted without being marked.
function rangeDialog(redraw) {
  const id = freshId("range"), effect = h("div", { "aria-live": "polite" });
  let last = 0, chosen = WORDS[0];
  const look = async (event) => {
    const turn = (last += 1), range = event.target.value.trim();
    if (!range.includes("/")) return void fill(effect);
    const shown = await ask(query({ range })).then(effectShown, (error) => quiet(error.message));
    if (turn === last) fill(effect, shown);
  };
  state({ title: t("mark.range.do"), done: () => (toast(chosen === "note" ? t("act.done.note", { n: 1 }) : t("mark.done")), redraw()),
    fields: [h("label", { for: id }, t("mark.range")), h("input", { id, type: "text", name: "range", required: true, maxlength: "64", autocomplete: "off", spellcheck: "false", placeholder: "10.0.0.0/24", onchange: look }),
      h("fieldset", { class: "choices" }, h("legend", null, t("mark.which")), RANGE_WORDS.map((value, i) => choice(value, i === 0))), effect],
    posts: (reason, box) => {
      const form = new FormData(box.firstChild);
      chosen = form.get("mark");
      return [["/v1/marks", { mark: { range: form.get("range").trim() }, value: chosen, reason }]];
    } });
}

// The buttons of a value's view, and its keys: m and n. Ends with what is returned.
export function markButtons(value, redraw) {
  if (!may("analyst")) return { buttons: null, stop: () => null };
  const on = { kind: value.kind, key: value.key }, about = `${word("kind", value.kind)} ${plainName(value.shown || value.key, 80)}`, own = value.mark && !value.mark.range;
  const acts = { m: () => (own ? undoDialog(on, about, redraw) : markDialog(on, about, redraw)), n: () => noteDialog(on, about, redraw) };
  const onKey = (event) => !isTyping(event) && !document.querySelector("dialog[open]") && acts[event.key] && (event.preventDefault(), acts[event.key]());
  document.addEventListener("keydown", onKey);
  return { buttons: h("div", { class: "buttons" }, button(own ? t("mark.undo") : t("mark.do"), acts.m, { key: "m" }), button(t("act.note"), acts.n, { key: "n" })), stop: () => document.removeEventListener("keydown", onKey) };
}

// What was said of a value; nothing when nobody said anything.
export function saidPanel(value) {
  if (!value.mark && !value.notes.length) return null;
  return panel(t("mark.said"), { class: "said" }, value.mark ? h("p", null, markLine(value.mark)) : null, noteList(value.notes));
}

export function marksPanel(found, redraw) {
  const rows = table(t("mark.list"), [
    { title: t("col.value"), class: "grow", of: (row) => (row.range ? name(row.range) : h("a", { class: "value", href: placeOf.value(row.kind, row.key) }, name(row.shown || t("value.hidden")))) },
    { title: t("col.kind"), of: (row) => (row.range ? t("mark.range") : word("kind", row.kind)) },
    { title: t("col.holders"), class: "num", of: (row) => (row.range ? "" : number(row.holders)) },
    { title: t("mark.said"), class: "grow", of: (row) => [row.mark ? markLine(row.mark) : null, noteList(row.notes.slice(0, 3))] },
    ...(may("analyst") ? [{ title: h("span", { class: "heard" }, t("mark.undo")), of: (row) => (row.mark ? button(t("mark.undo.short"), () => undoDialog(row.range ? { range: row.range } : { kind: row.kind, key: row.key }, row.range || row.shown || row.key, redraw), { class: "plain small", title: t("mark.undo") }) : null) }] : []),
  ], found.marks);
  return panel(t("mark.list"), { class: "wide", note: t("mark.list.note"), beside: may("analyst") ? button(t("mark.range.do"), () => rangeDialog(redraw), { class: "plain" }) : null },
    found.marks.length ? rows : empty(t("mark.list.none")));
}
