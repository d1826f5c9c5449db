// What the daemon says, in the reader's language: put together from the structure of its answers where the language has the form
// (strings/zh_said.js), else as the daemon says it.
import { visible } from "./shown.js";
import { dayText, spanText } from "./times.js";
import { number, said, told, word } from "./words.js";

const say = { day: (at) => dayText(Date.parse(at)), number, span: spanText, told, word };

export const itemText = (item, link) => said("item", item, link, say) ?? item.sentence;
export const noteText = (item) => (item.note ? said("note", item, say) ?? item.note : "");
export const blockedText = (why) => (why.blocked ? said("blocked", say) ?? why.blocked : "");
export const ignoredText = (value) => said("ignored", value, say) ?? value.reason;
export const summaryText = (alert) => said("summary", alert, say) ?? alert.summary;
// What speaks for an alert: of one that stands for others the gravest reason, as its summary says.
export const headOf = (alert) => alert.group?.reasons[0] ?? alert;
export const titleText = (alert) => told(headOf(alert).title);
export const rulesOf = (alert) => (alert.group ? alert.group.reasons.map((why) => why.rule) : [alert.rule]);

// Of an alert, or of one of the reasons of a group.
export const adviceText = (of) => said("advice", of) ?? of.recommendation;

// Of a link or a change: what is not made of anything are somebody's own words, or the daemon's when it ended an alert by itself.
export function reasonText(of) {
  if (!of.reason) return "";
  return (of.because ? said("because", of.because, say) : of.actor ? undefined : said("ending", of.reason, say)) ?? of.reason;
}

export const problemText = (detail, error) => visible(said("problem", detail, error, say) ?? detail); // it may name what a sender wrote
