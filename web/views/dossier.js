// "Save dossier": the report of what the view shows, as a file, for whom the reader chooses; for the subject in its language.
import { open } from "../lib/ask.js";
import { add, fill, freshId, h } from "../lib/dom.js";
import { button, quiet, toast } from "../lib/parts.js";
import { chosenLanguage, languages, t } from "../lib/words.js";

const AUDIENCES = ["analyst", "subject", "third-party"];
const FORMATS = ["html", "json", "md"];

// Letters that every file system takes; what identifies the subject stands in the file itself.
function fileName(words, format) {
  return ["dossier", ...words].join("-").replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, 100).replace(/-+$/, "") + "." + format;
}

async function save(path, { audience, format, language }, words) {
  const answer = await open(`${path}?audience=${audience.value}&format=${format.value}` + (language.disabled ? "" : `&language=${language.value}`));
  const url = URL.createObjectURL(await answer.blob());
  const link = h("a", { href: url, download: fileName(words, format.value) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

function choice(name, label, values, write = (v) => t(`dossier.${name}.${v}`)) {
  const id = freshId(name);
  return h("label", { for: id, class: "field" }, h("span", null, label), h("select", { id, name }, values.map((v) => h("option", { value: v }, write(v)))));
}

function offer(path, words, audiences) {
  const id = freshId("dossier"), problem = h("p", { class: "problem", role: "alert" }), go = h("button", { type: "submit", class: "primary" }, t("dossier.save"));
  const help = h("p", { class: "quiet", role: "status" }), language = choice("language", t("dossier.language"), Object.keys(languages), (v) => languages[v]);
  const box = h("dialog", { class: "act", "aria-labelledby": id, onclose: () => box.remove() });
  const form = h("form", { onsubmit: async (event) => {
    event.preventDefault();
    go.disabled = true;
    try {
      await save(path, form.elements, words);
      box.close();
      toast(t("dossier.saved"));
    } catch (error) {
      fill(problem, error.message);
    } finally {
      go.disabled = false;
    }
  } }, h("h1", { id }, t("dossier.save")), choice("audience", t("dossier.audience"), audiences), help, choice("format", t("dossier.format"), FORMATS), language,
  quiet(t("dossier.verify")), problem, h("div", { class: "buttons" }, button(t("cancel"), () => box.close(), { class: "plain" }), go));
  const explain = () => {
    const audience = form.elements.audience.value;
    fill(help, t("dossier.help." + audience));
    language.hidden = form.elements.language.disabled = audience !== "subject";
  };
  form.elements.language.value = chosenLanguage();
  form.elements.audience.addEventListener("change", explain);
  explain();
  add(box, form);
  add(document.body, box);
  box.showModal();
  form.elements.audience.focus();
}

// path: of the report; words: what its file is named after. A cluster has no form for a subject.
export const dossierButton = (path, words, isCluster) => button(t("dossier.save"), () => offer(path, words, isCluster ? AUDIENCES.filter((a) => a !== "subject") : AUDIENCES));
