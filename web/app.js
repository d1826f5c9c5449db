// The shell: who is signed in, where the reader is, what is said of the connection. A view is a module of views/ whose show(at,
// root) draws into root and answers what ends it.
import { askEarly } from "./lib/ask.js";
import { add, fill, h, isTyping } from "./lib/dom.js";
import { beginStatus, connection, firstStatus, liveStatus, onLive, startLive } from "./lib/live.js";
import { afterFrame, failure, say, waiting } from "./lib/parts.js";
import { go, here, placeOf } from "./lib/places.js";
import { currentToken, isSignedIn, may, myName, onSignedIn, signIn, signOut, takeToken } from "./lib/session.js";
import { keepSetting, setting, showTheme } from "./lib/settings.js";
import { zone } from "./lib/times.js";
import { chosenLanguage, languages, loadWords, number, t } from "./lib/words.js";
import * as account from "./views/account.js";
import * as alerts from "./views/alerts.js";
import * as cluster from "./views/cluster.js";
import * as links from "./views/links.js";
import { show as showLost } from "./views/lost.js";
import * as now from "./views/now.js";
import * as pair from "./views/pair.js";
import * as rules from "./views/rules.js";
import * as search from "./views/search.js";
import * as value from "./views/value.js";
import * as values from "./views/values.js";

// What a view will ask for, and what shows it. Named one by one: a bundle of whole modules comes in two files.
const views = {
  now: { asks: now.asks, show: now.show },
  alerts: { asks: alerts.asks, show: alerts.show },
  links: { asks: links.asks, show: links.show },
  account: { asks: account.asks, show: account.show },
  pair: { asks: pair.asks, show: pair.show },
  cluster: { asks: cluster.asks, show: cluster.show },
  value: { asks: value.asks, show: value.show },
  values: { asks: values.asks, show: values.show },
  rules: { asks: rules.asks, show: rules.show },
  search: { asks: search.asks, show: search.show },
};
const viewOf = (at) => (Object.hasOwn(views, at.view) ? views[at.view] : null);
const tabs = ["now", "alerts", "links", "values", "rules"];
const tabOf = { account: "links", pair: "links", cluster: "links", value: "values" };

const main = h("main", { id: "main" });
let drawn = 0, ending = null;

function end() {
  try {
    ending?.();
  } finally {
    ending = null;
  }
}

export async function draw(isMove) {
  const turn = (drawn += 1), at = here();
  end();
  markTab(at.view);
  if (at.view !== "search" && document.activeElement?.id !== "search") document.getElementById("search").value = "";
  const root = h("div", { class: `view view-${at.view}`, "data-at": location.hash });
  const show = setTimeout(() => fill(main, waiting()), 150);
  try {
    const stop = await (viewOf(at)?.show ?? showLost)(at, root, () => draw(false));
    if (turn !== drawn) return void stop?.();
    ending = stop ?? null;
  } catch (error) {
    if (turn !== drawn) return;
    fill(root, failure(error));
    ending = onLive((kind) => kind === "back" && draw(false));
  } finally {
    clearTimeout(show);
  }
  if (turn !== drawn) return;
  fill(main, root);
  const title = root.querySelector("h1");
  document.title = (title ? title.textContent + " \u00b7 " : "") + "assocd";
  if (isMove) {
    scrollTo(0, 0);
    title?.focus({ preventScroll: true });
  }
}

function markTab(view) {
  for (const link of document.querySelectorAll("nav.tabs a"))
    if (link.dataset.tab === (tabOf[view] || view)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
}

function searchBox() {
  const field = h("input", { id: "search", type: "search", autocomplete: "off", spellcheck: "false", maxlength: "1024",
    placeholder: t("search.hint"), "aria-label": t("search.label"), "aria-keyshortcuts": "/" });
  return h("form", { class: "search", role: "search", onsubmit: (event) => {
    event.preventDefault();
    if (field.value.trim()) go(placeOf.search(field.value.trim()));
  } }, field, h("kbd", { "aria-hidden": "true" }, "/"));
}

function choice(label, name, options, changed) {
  const select = h("select", { id: "choose-" + name, onchange: () => {
    keepSetting(name, select.value);
    changed();
  } }, Object.entries(options).map(([value, text]) => h("option", { value, selected: value === (name === "language" ? chosenLanguage() : setting(name)) }, text)));
  return h("label", { for: select.id }, h("span", null, label), select);
}

function menu() {
  const redraw = () => draw(false);
  const box = h("details", { class: "menu" }, h("summary", { "aria-label": t("menu") }, h("span", { class: "dots", "aria-hidden": "true" })),
    h("div", { class: "sheet" },
      h("p", { id: "who", class: "who" }),
      choice(t("menu.theme"), "theme", { "": t("theme.system"), light: t("theme.light"), dark: t("theme.dark") }, () => {
        showTheme();
        redraw();
      }),
      choice(t("menu.clock"), "clock", { local: t("clock.local"), utc: "UTC" }, () => {
        showZone();
        redraw();
      }),
      choice(t("menu.language"), "language", languages, () => location.reload()),
      h("button", { type: "button", onclick: () => keysDialog() }, t("keys.title"), h("kbd", { "aria-hidden": "true" }, "?")),
      h("button", { type: "button", onclick: signOut }, t("sign.out"))));
  document.addEventListener("click", (event) => {
    if (!box.contains(event.target)) box.open = false;
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    box.open = false;
    box.firstChild.focus();
  });
  return box;
}

function showZone() {
  fill(document.getElementById("zone"), zone());
}

function showWho() {
  fill(document.getElementById("who"), t("menu.as", { name: myName() }), h("span", { class: "quiet" }, " " + (may("analyst") ? t("role.analyst") : t("role.read"))));
}

function keysDialog() {
  const rows = [["/", "keys.search"], ["g n", "keys.now"], ["g a", "keys.alerts"], ["g l", "keys.links"], ["g v", "keys.values"], ["g r", "keys.rules"],
    ["j k", "keys.move"], ["a", "keys.ack"], ["o", "keys.assign"], ["n", "keys.note"], ["s", "keys.snooze"], ["w", "keys.wake"], ["v", "keys.verdict"],
    ["e", "keys.resolve"], ["r", "keys.reopen"], ["x", "keys.mark"], ["m", "keys.markvalue"]];
  const box = h("dialog", { class: "keys", "aria-labelledby": "keys-title", onclose: () => box.remove() },
    h("h1", { id: "keys-title" }, t("keys.title")),
    h("dl", null, rows.map(([key, text]) => h("div", null, h("dt", null, key.split(" ").map((k) => h("kbd", null, k))), h("dd", null, t(text))))),
    h("form", { method: "dialog", onsubmit: (event) => {
      event.preventDefault();
      box.close();
    } }, h("button", { class: "primary" }, t("close"))));
  add(document.body, box);
  box.showModal();
}

function connectionText() {
  const how = connection(), status = liveStatus();
  const lamp = document.getElementById("lamp");
  lamp.dataset.how = how;
  fill(lamp, h("span", { class: "lamp", "aria-hidden": "true" }), h("span", { class: "lamp-text" }, t("live." + how)),
    status ? h("span", { class: "quiet seq" }, number(status.events ?? 0), " ", t("live.events")) : null);
  document.getElementById("away").hidden = how !== "away";
}

function keys(event) {
  if (isTyping(event) || document.querySelector("dialog[open]")) return;
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("search").focus();
  } else if (event.key === "?") {
    keysDialog();
  } else if (event.key === "g") {
    keys.g = Date.now();
  } else if (Date.now() - (keys.g || 0) < 1200) {
    keys.g = 0;
    const to = { n: "now", a: "alerts", l: "links", v: "values", r: "rules" }[event.key];
    if (!to) return;
    event.stopImmediatePropagation();
    go("#/" + to);
  }
}

function shell() {
  fill(document.body,
    h("a", { class: "skip", href: "#main", onclick: (event) => {
      event.preventDefault();
      (main.querySelector("h1") || main).focus();
    } }, t("skip")),
    h("header", { class: "top" },
      h("a", { class: "brand", href: "#/now", "aria-label": "assocd" }, h("span", { class: "mark", "aria-hidden": "true" }, h("i"), h("i")), h("span", null, "assocd")),
      h("nav", { class: "tabs", "aria-label": t("nav") }, tabs.map((tab) => h("a", { href: "#/" + tab, "data-tab": tab }, t("tab." + tab)))),
      searchBox(),
      h("div", { class: "right" }, h("span", { id: "lamp", class: "live" }), h("span", { id: "zone", class: "zone quiet", title: t("menu.clock") }), menu())),
    h("div", { id: "away", class: "away", role: "status", hidden: true }, h("b", null, t("away.title")), " ", t("away.text")),
    main,
    h("section", { id: "toasts", class: "toasts", "aria-label": t("toasts") }),
    h("div", { id: "spoken", class: "heard", role: "status", "aria-live": "polite" }));
  afterFrame(showZone); // its name takes long to find
}

async function start() {
  takeToken();
  askEarly(viewOf(here())?.asks?.(here())); // what will be drawn comes while it is asked who draws
  if (currentToken()) beginStatus(currentToken());
  const known = isSignedIn().catch(() => false);
  showTheme();
  await loadWords();
  const isBack = currentToken() !== "";
  if (isBack) shell(); // while the answers are on their way
  if (!(await known)) await signIn();
  if (!isBack) shell();
  showWho();
  onSignedIn(showWho); // who signs in again may be another
  onLive(connectionText);
  connectionText();
  document.addEventListener("keydown", keys);
  addEventListener("hashchange", () => {
    if (/^#token=/.test(location.hash)) return void location.reload();
    draw(true);
  });
  await firstStatus().catch(() => null);
  await draw(false);
  startLive();
  say("");
}

start();
