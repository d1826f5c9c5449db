// Who is signed in. The token stays in this tab (sessionStorage) and leaves the address bar at once. When it is refused while
// the page is open, a dialog asks for another on top of whatever is there, and what waited for an answer is asked again:
// nothing that was typed is lost.
import { add, fill, freshId, h } from "./dom.js";
import { t } from "./words.js";

const KEY = "assocd.token";
let token = "";
let me = { name: "", roles: [] };
let asking = null, heard = () => null;

export function takeToken() {
  const given = /^#token=([^&]+)/.exec(location.hash);
  try {
    token = sessionStorage.getItem(KEY) || "";
  } catch {
    token = "";
  }
  if (!given) return;
  keep(decodeURIComponent(given[1]));
  history.replaceState(null, "", "#/now");
}

function keep(fresh) {
  token = fresh.trim();
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    /* it lasts as long as the page */
  }
}

export function currentToken() {
  return token;
}

export function may(role) {
  return me.roles.includes(role);
}

// fn is called whenever it is known who is signed in.
export function onSignedIn(fn) {
  heard = fn;
}

export function myName() {
  return me.name;
}

async function check(candidate) {
  const answer = await fetch("/v1/me", { headers: { Authorization: "Bearer " + candidate }, cache: "no-store" });
  if (answer.status === 401) return t("sign.unknown");
  if (!answer.ok) return t("sign.failed", { status: answer.status });
  const found = await answer.json();
  if (!found.roles.includes("read")) return t("sign.role", { name: found.name });
  me = found;
  keep(candidate);
  heard();
  return "";
}

export async function isSignedIn() {
  return token !== "" && (await check(token)) === "";
}

function dialog(why, settle) {
  const field = h("input", { id: freshId("token"), type: "password", autocomplete: "off", spellcheck: "false", required: true,
    "aria-describedby": "sign-why", class: "wide" });
  const problem = h("p", { id: "sign-why", class: "problem", role: "alert" }, why);
  const button = h("button", { type: "submit", class: "primary" }, t("sign.in"));
  const box = h("dialog", { class: "sign", "aria-labelledby": "sign-title" });

  async function submit(event) {
    event.preventDefault();
    const candidate = field.value.trim();
    if (!/^[\x21-\x7e]+$/.test(candidate)) return void fill(problem, t("sign.unknown"));
    button.disabled = true;
    fill(problem, await check(candidate).catch(() => t("away.title")));
    button.disabled = false;
    if (problem.textContent !== "") return void field.select();
    box.close();
    box.remove();
    settle();
  }

  box.addEventListener("cancel", (event) => event.preventDefault());
  add(box, h("form", { onsubmit: submit },
    h("h1", { id: "sign-title" }, t("sign.title")),
    h("p", { class: "quiet" }, t("sign.where")),
    h("label", { for: field.id }, t("sign.token")), field, problem, button));
  add(document.body, box);
  box.showModal();
  field.focus();
}

// Resolves when a good token is there; one dialog however many ask.
export function signIn(why = "") {
  asking ??= new Promise((settle) => dialog(why, settle)).finally(() => {
    asking = null;
  });
  return asking;
}

export function signOut() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    /* nothing was kept */
  }
  location.hash = "#/now";
  location.reload();
}
