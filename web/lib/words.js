// The words of the page, a module per language (strings/). A text is a string with {places}, or a function of its values.
import { setting } from "./settings.js";
import { visible } from "./shown.js";
import english from "../strings/en.js";

export const languages = { en: "English", zh: "中文" };
const others = { zh: () => import("../strings/zh.js") };
let words = english;
let language = "en", titles = {}, sayings = {};

export function chosenLanguage() {
  const chosen = setting("language") || (navigator.language || "en").toLowerCase().split("-")[0];
  return chosen in languages ? chosen : "en";
}

const coming = others[chosenLanguage()]?.(); // before anything else is begun

export async function loadWords() {
  language = chosenLanguage();
  if (language !== "en") {
    const other = await coming;
    words = { ...english, ...other.default };
    ({ titles, sayings } = other);
  }
  document.documentElement.lang = language === "zh" ? "zh-Hans" : language;
}

export function t(key, values = {}) {
  const text = words[key];
  if (text === undefined) return key;
  if (typeof text === "function") return text(values);
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// A word of the daemon (a state, a level, a kind of network): as the language says it, else as it is. A sender's own word may be one.
export function word(group, value) {
  return words[`${group}.${value}`] ?? visible(value ?? "");
}

// The title of a rule or of its alert.
export const told = (title) => (Object.hasOwn(titles, title) ? titles[title] : title);

// What the language makes of an answer of the daemon; undefined where it has no form for it.
export const said = (what, ...of) => sayings[what]?.(...of);

// Both languages put the same mark between thousands. Whole numbers do without Intl, whose first format costs as much as a view.
export function number(value) {
  if (Number.isInteger(value)) return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
  return new Intl.NumberFormat("en").format(value);
}

// Thousandths to hundredths, half away from zero: as everywhere that bits are written.
export function bits(value) {
  const hundredths = Math.floor((Math.round(Math.abs(value) * 1000) + 5) / 10);
  return (value < 0 ? "\u2212" : "+") + (hundredths / 100).toFixed(2);
}
