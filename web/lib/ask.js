// Asking the daemon. Three things can go wrong, and each has its own way: the token is refused (ask for another, then ask
// again), the daemon is away (say so, the views come back by themselves), the question is refused (a problem with words).
import { problemText } from "./said.js";
import { currentToken, signIn } from "./session.js";
import { t } from "./words.js";

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ? problemText(problem.detail, problem.error) : t("error.status", { status }));
    this.status = status;
    this.word = problem.error || "";
  }
}

export class Away extends Error {
  constructor() {
    super(t("away.title"));
  }
}

export async function open(path, options = {}) {
  for (;;) {
    const used = currentToken();
    let answer;
    try {
      answer = await fetch(path, { cache: "no-store", ...options, headers: { ...options.headers, Authorization: "Bearer " + used } });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Away();
    }
    if (answer.ok) return answer;
    if (answer.status !== 401) throw new Refused(answer.status, await answer.json().catch(() => ({})));
    if (used === currentToken()) await signIn(t("sign.expired"));
  }
}

// Questions that were put before anybody waited for the answer: what a view will ask for goes out while it is found out who asks.
const early = new Map();
const EARLY_MS = 5000; // nobody came for it: it is asked anew

export function askEarly(paths = []) {
  if (!currentToken()) return;
  for (const path of paths.filter((each) => !early.has(each))) {
    setTimeout(() => early.delete(path), EARLY_MS);
    early.set(path, fetch(path, { cache: "no-store", headers: { Authorization: "Bearer " + currentToken() } }).then((answer) => (answer.ok ? answer.json() : answer.text().then(() => null))).catch(() => null));
  }
}

export async function ask(path, options) {
  const begun = options ? null : early.get(path);
  if (begun) early.delete(path);
  return (begun && (await begun)) || (await open(path, options)).json();
}

export function send(path, body) {
  return ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

// ask(urlOf`/v1/links/${a}/${b}`): every part percent-encoded.
export function urlOf(pieces, ...parts) {
  return pieces.reduce((url, piece, i) => url + encodeURIComponent(parts[i - 1]) + piece);
}

// What there may be none of, because this daemon does not know the path: null.
export async function askIfThere(path) {
  try {
    return await ask(path);
  } catch (error) {
    if (error instanceof Refused && (error.status === 404 || error.status === 405)) return null;
    throw error;
  }
}
