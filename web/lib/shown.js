// What senders wrote, made safe for the eye: control bytes, escapes of a terminal and overrides of the writing direction are
// spelled out, a name keeps its direction to itself, and a very long one is cut in the middle.
import { h } from "./dom.js";

// C0 and C1 controls, soft hyphen, zero width and bidirectional formatting, line and paragraph separators, tags, specials.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Cs}/gu;

function spelled(character) {
  const code = character.codePointAt(0);
  return code < 0x100 ? "\\x" + code.toString(16).padStart(2, "0") : "\\u{" + code.toString(16) + "}";
}

export function visible(text) {
  return String(text).replace(HIDDEN, spelled);
}

export function cut(text, most) {
  const characters = [...text];
  if (characters.length <= most) return text;
  const tail = Math.floor(most / 3);
  return characters.slice(0, most - tail - 1).join("") + "\u2026" + characters.slice(-tail).join("");
}

// An element for a name; whole in its title when it was cut.
export function name(text, most = 72) {
  const safe = visible(text), short = cut(safe, most);
  return h("bdi", { class: "name", title: short === safe ? null : cut(safe, 1000) }, short);
}

// For titles, labels and messages, where there are no elements.
export function plainName(text, most = 72) {
  return "\u2068" + cut(visible(text), most) + "\u2069";
}

// Prose of the daemon that holds names.
export function prose(text, most = 600) {
  return h("bdi", { class: "prose" }, cut(visible(text), most));
}
