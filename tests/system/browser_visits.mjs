// Visits of pages by a real browser, told as JSON on standard input: [{profile, url, options}]. Not a runner.
// Answers one line of JSON for each visit: what became of the collection, what was asked for elsewhere, what the console complained of.
import { createRequire } from "node:module";

const require = createRequire(process.argv[2] + "/");
const { chromium } = require("playwright-core");
const plan = JSON.parse(await new Response(process.stdin).text());
const browser = await chromium.launch({ executablePath: process.argv[3], args: ["--no-sandbox", "--disable-gpu"] });
const kept = {}; // what each profile has stored

for (const visit of plan.visits) {
  const context = await browser.newContext({ ...visit.options, storageState: kept[visit.profile] });
  const page = await context.newPage();
  const elsewhere = [], complaints = [], posts = [];
  page.on("request", (request) => {
    if (!plan.hosts.includes(new URL(request.url()).host)) elsewhere.push(request.url());
    if (request.method() === "POST") posts.push(request.postData().length);
  });
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(visit.url);
  const result = await page.evaluate(visit.script || "window.assocd.done");
  if (visit.profile) kept[visit.profile] = await context.storageState();
  await context.close();
  console.log(JSON.stringify({ result, elsewhere, complaints, posts }));
}
await browser.close();
