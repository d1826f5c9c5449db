// The page for who reads Chinese: nothing that the daemon says is left in English.
import fs from "node:fs";
import path from "node:path";
import { check, Daemon, root, until } from "./bench.mjs";

const place = (...parts) => "#/" + parts.map(encodeURIComponent).join("/");
const { sayings } = await import(path.join(root, "web/strings/zh.js"));
const forms = await import(path.join(root, "web/strings/zh_forms.js"));
const say = { day: (at) => at.slice(0, 10), number: String, span: (ms) => `${ms / 86400000} 天`, told: (title) => title, word: (group, value) => `${group}.${value}` };

// What senders wrote, which is shown as it is: every text of the sample.
function textsOfSample() {
  const texts = new Set(), collect = (value) => (typeof value === "string" ? texts.add(value) : value && typeof value === "object" && Object.values(value).forEach(collect));
  for (const line of fs.readFileSync(path.join(root, "config/sample.ndjson"), "utf8").split("\n")) if (line.trim()) collect(JSON.parse(line));
  return [...texts].filter((text) => text.includes(" ")).sort((x, y) => y.length - x.length);
}

// Runs of three words and more that stand neither in a name nor in code nor in a rule file, with where they stand.
function englishOnThePage() {
  const own = "textarea, pre, code, .name, .lane-bar, select[id^=filter-rule], option", found = [];
  const look = (element, text) => text && !element.closest(own) && found.push([element.className || element.tagName, text]);
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) look(walk.currentNode.parentElement, walk.currentNode.data);
  for (const element of document.querySelectorAll("[title], [aria-label], [placeholder]"))
    for (const name of ["title", "aria-label", "placeholder"]) look(element, element.getAttribute(name));
  return found;
}

const ENGLISH = /[A-Za-z][A-Za-z'-]*(?:[ ,;:]+[A-Za-z][A-Za-z'-]*){2,}/;

async function post(d, at, body) {
  const answer = await fetch(d.url + at, { method: "POST", headers: { Authorization: "Bearer " + d.token, "Content-Type": "application/json" }, body: JSON.stringify(body) });
  check(answer.ok, `${at}: ${answer.status}`);
}

// What people state, so that histories, links and endings of alerts tell of it.
async function makeStatements(d) {
  const bank = (await d.ask("/v1/links/sample%2Fseller-conti-1/sample%2Fseller-conti-2")).evidence.find((item) => item.kind === "device.id");
  await post(d, "/v1/marks", { mark: { range: "10.231.0.0/16" }, value: "shared", reason: "办公室" });
  await post(d, "/v1/marks", { mark: { kind: bank.kind, key: bank.key }, value: "generic", reason: "展示机" });
  await post(d, "/v1/verdicts", { account: "sample/ring-lotus-1", with: "sample/ring-lotus-2", value: "not_same", reason: "两本护照" });
  await post(d, "/v1/verdicts", { account: "sample/ring-lotus-4", value: "clean", reason: "已核实" });
}

// Pairs, strongest first, as long as one says something that none before it said.
async function tellingPairs(d) {
  const known = new Set(), pairs = [];
  for (const { a, b } of (await d.ask("/v1/links?min=1&limit=200")).links) {
    const why = await d.ask(`/v1/links/${encodeURIComponent(a)}/${encodeURIComponent(b)}`);
    const says = [...why.evidence.flatMap((item) => [item.explain, item.note_word, ...(item.found ?? []).map((part) => part.say)]), ...why.ignored.map((value) => value.mark), why.link.state, why.link.because?.cause, why.blocked];
    if (says.every((text) => known.has(text))) continue;
    says.forEach((text) => known.add(text));
    pairs.push([a, b]);
  }
  return pairs;
}

async function viewsOf(d) {
  const alerts = (await d.ask("/v1/alerts?state=all&limit=100")).alerts, pairs = await tellingPairs(d), value = (await d.ask("/v1/search?q=10.231.0.50")).values[0];
  const accounts = [...new Set(["sample/banned-viktor", "sample/ring-lotus-1", "sample/ring-lotus-4", "sample/seller-conti-1", "sample/agency-client-bakery", "sample/school-pupil-11", ...pairs.flat().slice(0, 6)])];
  const clusters = [...new Set((await Promise.all(accounts.map((account) => d.ask("/v1/accounts/" + encodeURIComponent(account))))).map((account) => account.cluster).filter(Boolean))];
  return ["#/now", "#/alerts", "#/links", "#/values", "#/rules", "#/rules/return-after-closure", "#/search?q=10.231.0.50", "#/search?q=nobody", "#/nowhere", place("value", value.kind, value.key),
    place("account", "nobody"), place("pair", "sample/banned-viktor", "sample/ring-lotus-1"), place("pair", "a", "b"), place("cluster", "c99999"), place("value", "ip", "0000000000000001"), place("rules", "nothing"), place("alerts", "0000000000000001"),
    ...alerts.map((alert) => place("alerts", alert.id) + "?show=all"), ...pairs.map((pair) => place("pair", ...pair)), ...accounts.map((account) => place("account", account)), ...clusters.map((id) => place("cluster", id))];
}

export async function every_view_in_chinese_is_in_chinese(b) {
  const d = await Daemon.make(), page = b.page, data = textsOfSample();
  try {
    d.ctl("sample", "load");
    await makeStatements(d);
    await b.signIn(d);
    await page.evaluate(() => localStorage.setItem("assocd.language", "zh"));
    await page.reload();
    await page.setViewportSize({ width: 320, height: 900 });
    for (const view of await viewsOf(d)) {
      await b.go(d, view);
      await b.settled();
      await page.evaluate(() => document.querySelectorAll("main details").forEach((box) => (box.open = true)));
      await until("what was unfolded is there", () => page.evaluate(() => [...document.querySelectorAll("main details")].every((box) => box.childElementCount > 1)));
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      check(over <= 0, `${view} is ${over} px too wide`);
      for (const [where, text] of await page.evaluate(englishOnThePage)) {
        const said = data.reduce((rest, known) => rest.replaceAll(known, ""), text);
        check(!ENGLISH.test(said), `${view} says in English: ${where}: ${text}`);
      }
    }
    b.forgive(/404|400/);
  } finally {
    await page.setViewportSize({ width: 1280, height: 900 });
    await b.leave();
    await d.discard();
  }
}

// Every text of the shipped rules under these keys of their files.
function shipped(pattern) {
  const rules = path.join(root, "rules/default");
  return fs.readdirSync(rules).filter((name) => name.endsWith(".yaml") && !name.endsWith(".test.yaml")).flatMap((name) => [...fs.readFileSync(path.join(rules, name), "utf8").matchAll(pattern)].map((m) => m[1].replace(/^"(.*)"$/, "$1")));
}

// What a list or a single text behind `say` says.
const textsOfSay = (text) => (text.startsWith("[") ? text.slice(1, -1).match(/"[^"]*"|[^,\s][^,]*/g) : [text]).map((each) => each.trim().replace(/^"(.*)"$/, "$1")).filter(Boolean);

// A new rule may wait for its Chinese: it is then said as its file says it.
function mostly(what, texts, known) {
  const missing = texts.filter((text) => !Object.hasOwn(known, text));
  check(texts.length > 15 && missing.length < texts.length / 10, `${what} not in Chinese: ${missing.join("; ")}`);
}

export function sentences_of_the_shipped_rules_are_known_in_chinese() {
  mostly("sentences", shipped(/^explain: (.*)$/gm), forms.explains);
  mostly("findings", shipped(/say: (\[[^\]]*\]|"[^"]*"|[^,}]+)/g).flatMap(textsOfSay), forms.says);
  mostly("recommendations", shipped(/recommendation: ("[^"]*"|[^}\n]*[^}\n\s])/g), forms.advices);
  for (const [english, chinese] of Object.entries({ ...forms.explains, ...forms.advices, ...forms.says })) {
    const places = (text) => (text.match(/\{\w+/g) ?? []).sort().join();
    check(places(english) === places(chinese), `${chinese} has other places than ${english}`);
  }
}

export function what_the_daemon_says_is_put_together_in_chinese() {
  const link = { a: "x", b: "y" }, range = (found) => sayings.item({ explain: "{a} and {b} use alike hardware: {found}", holders: 2, gap_ms: 0, found }, link, say);
  const on = "on {percent} of the days of the account that uses it less";
  for (const [said, expected] of [
    [range([{ say: on, to: "0.25" }]), "x 与 y 使用相似的硬件：占较少使用一方活动日的不到 25%"], [range([{ say: on, from: "0.25", to: "0.5" }]), "x 与 y 使用相似的硬件：占较少使用一方活动日的 25% 至 50%"],
    [range([{ say: on, from: "0.75" }, { say: "own rule {bin}", word: "unknown" }]), "x 与 y 使用相似的硬件：占较少使用一方活动日的 75% 及以上，own rule 未知"], [range([]), "x 与 y 使用相似的硬件："], [range(undefined), "x 与 y 使用相似的硬件：没有更多信息"],
    [sayings.item({ explain: "of a rule of one's own" }, link, say), undefined],
    [sayings.item({ explain: "the names of {a} and {b} {agreement}", agreement: "overlap", holders: 0 }, { a: "{b}", b: "$&" }, say), "{b} 与 $& 的姓名部分一致"],
    [sayings.note({ note_word: "recycled", gap_ms: 86400000 }, say), "回收的 IP：先后使用，相隔 1 天"], [sayings.note({ note_word: "of another version" }, say), undefined],
    [sayings.because({ cause: "value", kind: "ip", shown: "10.0.0.1", holders: 20, is_at_least: true }, say), "kind.ip 10.0.0.1 由超过 20 个账号持有"],
    [sayings.because({ cause: "mark", shown: "10.0.0.0/8", value: "shared", actor: "jo", reason: "r" }, say), "地址段 10.0.0.0/8 被标记为“mark.shared”（jo）：r"],
    [sayings.because({ cause: "mark", kind: "ip", shown: "", value: "none" }, say), "kind.ip 的标记已撤销"],
    [sayings.because({ cause: "statement", statement: "relation", proof: "118", limit: "joint", most: 2 }, say), "联合组至多 2 个账号：申报关系（凭证：118）"],
    [sayings.because({ cause: "statement", statement: "verdict", value: "clean", actor: "jo", reason: "r", at: "2026-06-10T00:00:00Z", new_bits: 3.2 }, say), "2026-06-10 由 jo 裁定为“verdict.clean”：r；已重新成立：此后证据增加 3.20 比特"],
    [sayings.because({ cause: "of another version" }, say), undefined], [sayings.because(undefined, say), undefined],
    [sayings.summary({ title: "T", subject: "account", accounts: ["x"], score: 700, path: [{ account: "x" }, { account: "y", score: 960 }, { account: "z", state: "joint" }], path_end: "closed" }, say), "T：x，风险 700：x —960— y —link.joint— z（because.closed）"],
    [sayings.summary({ group: { alerts: 3, accounts: ["x", "y", "z"], reasons: [{ title: "T", subject: "link", accounts: ["x", "y"], score: 990 }] } }, say), "T：x 与 y，990 分；另有 2 条告警，共涉及 3 个账号"],
    [sayings.summary({ title: "T", subject: "cluster", accounts: ["x", "y", "z"], cluster: "c1", score: 970 }, say), "T：团伙 c1 的 3 个账号，最强关联 970 分"],
    [sayings.advice({ recommendation: "Ask y to delist what x lists already, or to declare the relation; read the evidence first.", accounts: ["x", "y"] }), "要求 y 下架 x 已上架的商品，或申报关系；请先查看证据。"],
    [sayings.advice({ recommendation: "Ring them.", accounts: ["x", "y"] }), undefined],
    [sayings.ending("the score fell from 960 to 400: bank account ...12 is held by more than 20 accounts", say), "分数由 960 降至 400：kind.identity.bank ...12 由超过 20 个账号持有"],
    [sayings.ending("the score fell from 960 to 400: device abc marked as generic by jo: a default", say), "分数由 960 降至 400：kind.device.id abc 被标记为“mark.generic”（jo）：a default"],
    [sayings.ending("they are sisters", say), undefined],
    [sayings.problem("alert 00ff is resolved; reopen it first", "state", say), "告警已结案，请先重新打开。"], [sayings.problem("no such thing", "busy", say), "服务正忙：no such thing"],
  ]) check(said === expected, `${said} and not ${expected}`);
}

// Who may not do what the page offers is told so by the door: each of its sentences has its Chinese.
export function every_refusal_for_want_of_a_role_is_known_in_chinese() {
  const source = fs.readFileSync(path.join(root, "daemon/api/doors.c"), "utf8");
  const forms = [...source.matchAll(/api_problem\(call, 403, "role", "((?:[^"\\]|\\.)*)"/g)].map((m) => m[1].replaceAll('\\"', '"'));
  check(forms.length >= 2, `only ${forms.length} are found`);
  for (const form of forms) {
    const said = sayings.problem(form.replace("%s", "jo").replace("%s", "analyst"), "role", say);
    check(/^.*“jo”没有角色 analyst/.test(said), `not in Chinese: ${form}: ${said}`);
  }
}

// Why the engine ends an alert: each sentence in its source has its Chinese.
export function every_reason_why_an_alert_ended_is_known_in_chinese() {
  const folder = path.join(root, "daemon/engine/alerts");
  const sources = fs.readdirSync(folder).map((file) => fs.readFileSync(path.join(folder, file), "utf8")).join("\n");
  const sentences = [...sources.matchAll(/(?:BYTES_LIT\(|reason_say\(\w+, |snprintf\(reason, sizeof\(reason\), )"([^"]* [^"]*)"/g)].map((m) => m[1]);
  const example = (form) => form.replace("%s%.*s", "").replace("%.*s was %s", "x was closed").replace("%.*s", "x").replace("%s", "30 d").replaceAll("%d", "7");
  check(sentences.length >= 8, `only ${sentences.length} are found`);
  for (const form of sentences) check(sayings.ending(example(form), say) !== undefined, `not in Chinese: ${form}`);
}
