import { add } from "../lib/dom.js";
import { empty, heading } from "../lib/parts.js";
import { t } from "../lib/words.js";

export function show(at, root) {
  add(root, heading(t("lost.title")), empty(t("lost.text")));
}
