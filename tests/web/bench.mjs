// A daemon and a browser for the tests of the dashboard. Whatever the page complains of, on the console or to its content
// policy, is a failure of the test that was running.
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";

export const build = process.env.ASSOCD_BUILD;
export const root = process.env.ASSOCD_ROOT;
const load = createRequire(path.join(build, "web", "node_modules") + "/");
const { chromium } = load("playwright-core");
const axeSource = fs.readFileSync(load.resolve("axe-core/axe.min.js"), "utf8");

const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export function check(condition, why) {
  if (!condition) throw new Error(typeof why === "function" ? why() : why);
}

export async function until(what, condition, seconds = 15) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    if (await condition()) return;
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await pause(40);
  }
}

async function freePort() {
  const server = net.createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

export class Daemon {
  static async make() {
    const d = new Daemon();
    d.folder = fs.mkdtempSync(path.join(os.tmpdir(), "assocd-web-"));
    d.state = path.join(d.folder, "state");
    d.port = await freePort();
    d.url = `http://127.0.0.1:${d.port}`;
    d.config = path.join(d.folder, "assocd.yaml");
    const networks = path.join(root, "config");
    const shipped = fs.readFileSync(path.join(networks, "assocd.yaml"), "utf8").split("\n").filter((line) => !/^(listen|state):/.test(line));
    for (const name of fs.readdirSync(networks)) if (name !== "assocd.yaml") fs.cpSync(path.join(networks, name), path.join(d.folder, name), { recursive: true });
    fs.writeFileSync(d.config, `listen: 127.0.0.1:${d.port}\nstate: ${d.state}\n${shipped.join("\n")}`);
    await d.start();
    return d;
  }

  async start() {
    const log = fs.openSync(path.join(this.folder, "log"), "a");
    this.process = spawn(path.join(build, "assocd"), ["-c", this.config], { stdio: ["ignore", log, log] });
    fs.closeSync(log);
    await until("the daemon is ready", async () => {
      check(this.process.exitCode === null, () => "the daemon ended: " + fs.readFileSync(path.join(this.folder, "log"), "utf8").slice(-1500));
      return fetch(this.url + "/readyz").then((answer) => answer.ok, () => false);
    }, 60);
  }

  async stop(signal = "SIGTERM") {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((done) => this.process.once("exit", done));
    this.process.kill(signal);
    await ended;
  }

  async discard() {
    await this.stop("SIGKILL");
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  get token() {
    return fs.readFileSync(path.join(this.state, "admin.token"), "utf8").trim();
  }

  // Tokens of our own: { name: [role, secret] }.
  async tokens(rows) {
    const hash = (await import("node:crypto")).createHash;
    fs.writeFileSync(path.join(this.state, "tokens"), Object.entries(rows).map(([name, [role, secret]]) => `${name} ${role} ${hash("sha256").update(secret).digest("hex")}\n`).join(""));
    this.process.kill("SIGHUP");
    await pause(150);
  }

  ctl(...words) {
    const done = spawnSync(path.join(build, "assocctl"), ["-c", this.config, ...words], { encoding: "utf8", timeout: 60000 });
    check(done.status === 0, () => `assocctl ${words.join(" ")}: ${done.stdout}${done.stderr}`);
    return done.stdout;
  }

  async ask(path, token = this.token) {
    const answer = await fetch(this.url + path, { headers: { Authorization: "Bearer " + token } });
    check(answer.ok, () => `${path}: ${answer.status}`);
    return answer.json();
  }

  async send(events) {
    const answer = await fetch(this.url + "/v1/events?backfill=1", { method: "POST", headers: { Authorization: "Bearer " + this.token, "Content-Type": "application/x-ndjson" },
      body: events.map((event) => JSON.stringify(event)).join("\n") });
    const counts = await answer.json();
    check(answer.ok && counts.refused.length === 0, () => JSON.stringify(counts).slice(0, 500));
  }
}

export class Browser {
  static async open(options = {}) {
    const b = new Browser();
    b.profile = fs.mkdtempSync(path.join(os.tmpdir(), "assocd-browser-"));
    b.context = await chromium.launchPersistentContext(b.profile, { executablePath: "/usr/bin/chromium", headless: true, args: ARGUMENTS,
      viewport: { width: 1280, height: 900 }, locale: "en-GB", timezoneId: "Europe/Berlin", reducedMotion: "reduce", ...options });
    await b.context.grantPermissions(["clipboard-write"]).catch(() => null);
    b.complaints = [];
    b.page = b.context.pages()[0];
    b.watch(b.page);
    return b;
  }

  watch(page) {
    this.asked = 0;
    const counts = (request) => !request.url().endsWith("/v1/live"); // it never ends
    page.on("request", (request) => (this.asked += counts(request)));
    page.on("requestfinished", (request) => (this.asked -= counts(request)));
    page.on("requestfailed", (request) => (this.asked -= counts(request)));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") this.complaints.push(`${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => this.complaints.push(error.stack || String(error)));
    page.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) => console.error("policy: " + event.violatedDirective + " " + event.blockedURI));
      window.ran = [];
      window.alert = (text) => window.ran.push(text);
    });
  }

  // What may be complained of in this test: a refused token, a daemon that is away.
  forgive(pattern) {
    this.complaints = this.complaints.filter((text) => !pattern.test(text));
  }

  // Before its daemon goes away: else a page that asks on complains.
  async leave() {
    await this.page.goto("about:blank");
  }

  async signIn(d, token = d.token) {
    await this.page.goto("about:blank");
    await this.page.goto(`${d.url}/#token=${token}`);
    await this.page.waitForSelector("main h1");
  }

  async go(d, place) {
    const from = this.page.url(), to = d.url + "/" + place;
    await this.page.goto(to);
    if (from === to) await this.page.reload();
    await this.page.waitForFunction((hash) => document.querySelector("main .view h1, main .view .empty")?.closest(".view").dataset.at === hash, place);
  }

  async settled() {
    await until("every answer is there", async () => {
      if (this.asked > 0) return false;
      await pause(50);
      return this.asked === 0;
    });
    await this.page.waitForFunction(() => !document.querySelector("main .waiting"));
  }

  // Breaches of accessibility rules, named with their place.
  async accessibility() {
    await this.page.evaluate(axeSource + ";0");
    const found = await this.page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"], rules: { "color-contrast": { enabled: true } } }));
    return found.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ") + " " + (n.any[0]?.message || "")).join("; ")}`);
  }

  async close() {
    await this.context.close();
    fs.rmSync(this.profile, { recursive: true, force: true });
  }
}

// Tests are functions by name; each line is read by ./test.
export async function runTests(tests, after) {
  let failed = 0;
  for (const test of tests) {
    const began = Date.now();
    try {
      await test();
      await after?.();
      console.log(`ok dashboard ${test.name}`);
    } catch (error) {
      failed += 1;
      await after?.().catch(() => null);
      console.log(`not ok dashboard ${test.name}: ${String(error.message || error).replace(/\s+/g, " ").slice(0, 900)}`);
    }
    if (process.env.ASSOCD_TIMES) console.log(`  ${test.name} ${Date.now() - began} ms`);
  }
  return failed;
}
