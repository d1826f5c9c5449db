// How soon a view of the dashboard is on the screen, over a daemon that runs already and holds what is to be shown.
//   ASSOCD_BUILD=DIR ASSOCD_ROOT=DIR node tests/perf/first_paint.mjs URL TOKEN_FILE [LANGUAGE]
// "opened": the address typed anew, with modules in the browser's cache; "moved": from another view. Milliseconds from there to
// the frame that shows the view, median and worst of 5.
import fs from "node:fs";
import { Browser } from "../web/bench.mjs";

const BAR_MS = 300, ROUNDS = 5;
const [url, tokenFile, language = "en-GB"] = process.argv.slice(2);
const token = fs.readFileSync(tokenFile, "utf8").trim();
const place = (...parts) => "#/" + parts.map(encodeURIComponent).join("/");

async function ask(path) {
  const answer = await fetch(url + path, { headers: { Authorization: "Bearer " + token } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

// The busiest of what there is: the strongest link, its accounts and cluster, the value that most hold.
async function views() {
  const link = (await ask("/v1/links?min=500&limit=1")).links[0], alert = (await ask("/v1/alerts?limit=1")).alerts[0];
  const account = await ask("/v1/accounts/" + encodeURIComponent(link.a)), hub = (await ask("/v1/hubs?limit=1")).values[0];
  const rule = (await ask("/v1/rules")).rules[0].rule;
  return { now: "#/now", alerts: "#/alerts", "all alerts": "#/alerts?show=all", alert: place("alerts", alert.id), links: "#/links", account: place("account", link.a), pair: place("pair", link.a, link.b),
    ...(account.cluster ? { cluster: place("cluster", account.cluster) } : {}), values: "#/values", value: place("value", hub.kind, hub.key), rules: "#/rules", rule: place("rules", rule), search: "#/search?q=" + encodeURIComponent(link.a) };
}

// In the page: tells when the view of an address is first in a frame. Told and not asked for, which would have the page parse
// what playwright asks with.
const watcher = () => {
  const told = new Set();
  window.forget = () => told.clear();
  const look = () => {
    const at = document.querySelector("main .view h1, main .view .empty")?.closest(".view").dataset.at;
    if (!at || told.has(at)) return;
    told.add(at);
    requestAnimationFrame(() => setTimeout(() => window.tell(at, performance.now())));
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
};

let awaited = null;
const heard = (source, at, ms) => awaited?.at === at && awaited.done(ms);

function shownAt(at) {
  return new Promise((done, failed) => {
    awaited = { at, done };
    setTimeout(() => failed(new Error(`${at} is not shown`)), 30000).unref();
  });
}

// In a browser and with a daemon that are done with what was there before: a person who types an address does not do so in the
// same instant, and the events that a view before this one asked for take a processor for a second.
async function opened(page, at) {
  await b.settled();
  await page.goto("about:blank");
  await new Promise((settled) => setTimeout(settled, 700));
  const shown = shownAt(at);
  await page.goto(url + "/" + at, { waitUntil: "commit" });
  return shown;
}

async function moved(page, at) {
  await b.settled();
  const lost = shownAt("#/nowhere");
  await page.evaluate(() => {
    window.forget();
    location.hash = "#/nowhere";
  });
  await lost;
  const shown = shownAt(at);
  const from = await page.evaluate((hash) => {
    window.forget();
    location.hash = hash;
    return performance.now();
  }, at);
  return (await shown) - from;
}

const b = await Browser.open({ locale: language });
let isSlow = false;
try {
  await b.page.exposeBinding("tell", heard);
  await b.page.addInitScript(watcher);
  await b.signIn({ url, token });
  console.log(`view         opened  worst   moved  worst`);
  for (const [name, at] of Object.entries(await views())) {
    const times = { opened: [], moved: [] };
    for (let i = 0; i < ROUNDS; i += 1) {
      times.opened.push(await opened(b.page, at));
      times.moved.push(await moved(b.page, at));
    }
    const [o, m] = [times.opened, times.moved].map((list) => list.sort((x, y) => x - y));
    isSlow ||= o[ROUNDS >> 1] > BAR_MS || m[ROUNDS >> 1] > BAR_MS;
    console.log(name.padEnd(12), ...[o[ROUNDS >> 1], o.at(-1), m[ROUNDS >> 1], m.at(-1)].map((ms) => Math.round(ms).toString().padStart(6)));
  }
} finally {
  await b.close();
}
process.exit(isSlow ? 1 : 0);
