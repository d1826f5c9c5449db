// The words of the page, a module per language (strings/). A text is a string with {places}, or a function of its values.
import { setting } from "./settings.js";
import { visible } from "./shown.js";
import english from "../strings/en.js";

export const languages = { en: "English", zh: "中文" };
const others = { zh: () => import("../strings/zh.js") };
let words = english;
let language = "en";

export function chosenLanguage() {
  const chosen = setting("language") || (navigator.language || "en").toLowerCase().split("-")[0];
  return chosen in languages ? chosen : "en";
}

export async function loadWords() {
  language = chosenLanguage();
  words = language === "en" ? english : { ...english, ...(await others[language]()).default };
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

const numbers = {}; // a format a language: to make one costs far more than to use it

export function number(value) {
  numbers[language] ??= new Intl.NumberFormat(language === "zh" ? "zh-Hans" : "en");
  return numbers[language].format(value);
}

export function bits(value) {
  return (value < 0 ? "\u2212" : "+") + Math.abs(value).toFixed(2);
}
