// What changes, as it does: server-sent events over fetch (an EventSource cannot carry a token). When the daemon goes away the
// page says so and keeps what it shows; it comes back by itself.
import { Away, ask, open } from "./ask.js";

const listeners = new Set();
const state = { connection: "starting", status: null };
let running = false;

export function onLive(fn) {
  listeners.add(fn);
  return () => listeners.delete(fn);
}

export function liveStatus() {
  return state.status;
}

export function connection() {
  return state.connection;
}

// Engine time: that of the newest event. Ages are counted from it.
export function engineNow() {
  return state.status?.engine_time ? Date.parse(state.status.engine_time) : Date.now();
}

function tell(kind, detail) {
  for (const fn of listeners) fn(kind, detail);
}

function connected(how) {
  if (state.connection === how) return;
  const wasAway = state.connection === "away";
  state.connection = how;
  tell("connection", how);
  if (wasAway && how !== "away") tell("back");
}

function received(kind, text) {
  const detail = JSON.parse(text);
  if (kind === "status") {
    const before = state.status;
    state.status = detail;
    tell("status", detail);
    if (!before || before.seq !== detail.seq || before.shown !== detail.shown) tell("change", detail);
  } else {
    tell(kind, detail);
  }
}

// Lines of text/event-stream: "event: x", "data: y", an empty line ends one.
async function read(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "", kind = "message", data = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) received(kind, data.join("\n"));
        kind = "message";
        data = [];
      } else if (line.startsWith("event: ")) {
        kind = line.slice(7);
      } else if (line.startsWith("data: ")) {
        data.push(line.slice(6));
      }
    }
  }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function once() {
  const answer = await open("/v1/live");
  connected("live");
  await read(answer);
}

export async function startLive() {
  if (running) return;
  running = true;
  for (let failures = 0; ; ) {
    try {
      await once();
      failures = 0;
    } catch (error) {
      failures += 1;
      if (error instanceof Away || failures > 1) connected("away");
    }
    await pause(Math.min(500 * (failures + 1), 5000));
  }
}

// The first status, for views that are drawn before the stream speaks. Begun early it goes beside the question who asks.
let early = null;

export function beginStatus(token) {
  early = fetch("/v1/status", { cache: "no-store", headers: { Authorization: "Bearer " + token } }).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
}

export async function firstStatus() {
  state.status ??= (await early) ?? (await ask("/v1/status"));
  return state.status;
}
