// A dialog that asks for a reason and states something: a verdict, a relation, a mark on a value.
import { send } from "../lib/ask.js";
import { add, fill, freshId, h } from "../lib/dom.js";
import { button, quiet } from "../lib/parts.js";
import { myName } from "../lib/session.js";
import { t } from "../lib/words.js";

const drafts = new Map();

// options: { title, about, label, posts(reason, box) => [[path, body]], done(), fields: [elements] }
export function state(options) {
  const id = freshId("state"), key = options.title + " " + (options.about || "");
  const reason = h("textarea", { id, rows: "3", maxlength: "2000", required: true, value: drafts.get(key) || "", oninput: (event) => drafts.set(key, event.target.value) });
  const problem = h("p", { class: "problem", role: "alert" }), go = h("button", { type: "submit", class: "primary" }, options.title);
  const box = h("dialog", { class: "act", "aria-labelledby": id + "-title", onclose: () => box.remove() });
  const submit = async (event) => {
    event.preventDefault();
    if (!reason.value.trim()) return void reason.focus();
    go.disabled = true;
    try {
      for (const [path, body] of options.posts(reason.value.trim(), box)) await send(path, body);
      drafts.delete(key);
      box.close();
      options.done();
    } catch (error) {
      fill(problem, error.message);
    } finally {
      go.disabled = false;
    }
  };
  add(box, h("form", { onsubmit: submit }, h("h1", { id: id + "-title" }, options.title), options.about ? h("p", { class: "quiet" }, options.about) : null, options.fields || null,
    h("label", { for: id }, options.label || t("act.reason")), reason, quiet(t("act.actor", { name: myName() })), problem,
    h("div", { class: "buttons" }, button(t("cancel"), () => box.close(), { class: "plain" }), go)));
  add(document.body, box);
  box.showModal();
  (box.querySelector("input, select") || reason).focus();
}
