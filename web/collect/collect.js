// The page script of the browser collector: what the browser says of its machine, to the daemon, under a session that the page names.
// It never names an account: the daemon binds what it hears to the session of an event that the site's own server sends.
//   <script src="https://fraud.example.org/collect.js" data-key="SITE-KEY" data-session="SESSION" async></script>
// Further attributes: data-endpoint (a proxy of the site's own origin), data-consent="required", data-optout.
// window.assocd: collect(session), consent(given), optOut(), optIn(). All but optOut and optIn answer with a promise of what became of it.
import { load, murmurX64Hash128 } from "@fingerprintjs/fingerprintjs";

const script = document.currentScript;
const told = script ? script.dataset : {};
const endpoint = told.endpoint || new URL("/v1/collect", script ? script.src : location.href).href;
const OPTED_OUT = "assocd.optout";
const DEVICE = "assocd.device";

// Storage may be forbidden: then nothing is kept, and the device is another one each time.
const kept = {
  get: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
  set: (name, value) => { try { localStorage.setItem(name, value); } catch { /* another one next time */ } },
  remove: (name) => { try { localStorage.removeItem(name); } catch { /* it was not there */ } },
};

function deviceId() {
  let id = kept.get(DEVICE);
  if (!/^[0-9a-f]{32}$/.test(id || "")) {
    id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    kept.set(DEVICE, id);
  }
  return id;
}

const isOptedOut = () => kept.get(OPTED_OUT) === "1" || "optout" in told;
let mayCollect = told.consent !== "required";

// What is big is hashed here: a canvas is not sent, only whether two are the same.
const hashed = (value) => (value === undefined ? undefined : murmurX64Hash128(JSON.stringify(value)));

async function clientHints() {
  const data = navigator.userAgentData;
  if (!data) return {};
  const more = await data.getHighEntropyValues(["platformVersion", "model", "architecture", "fullVersionList"]).catch(() => ({}));
  const brands = (more.fullVersionList || data.brands || []).filter(({ brand }) => !/not.?a.?brand/i.test(brand));
  const brand = brands.find(({ brand: name }) => name !== "Chromium") || brands[0] || {};
  return { os: data.platform, os_version: more.platformVersion, model: more.model, arch: more.architecture, browser: brand.brand,
           browser_version: brand.version };
}

function systemOf(platform) {
  if (/^win/i.test(platform)) return "Windows";
  if (/^mac/i.test(platform)) return navigator.maxTouchPoints > 1 ? "iOS" : "macOS";
  if (/iphone|ipad|ipod/i.test(platform)) return "iOS";
  return /android/i.test(navigator.userAgent) ? "Android" : /linux/i.test(platform) ? "Linux" : undefined;
}

async function look() {
  const [{ components }, hints] = await Promise.all([load({ monitoring: false }).then((agent) => agent.get()), clientHints()]);
  const value = (name) => (components[name] && "value" in components[name] ? components[name].value : undefined);
  const gl = value("webGlBasics") || {};
  const screen = value("screenResolution");
  const device = {
    id: deviceId(), platform: value("platform"), ...hints, os: hints.os || systemOf(value("platform") || ""),
    gpu: gl.rendererUnmasked || gl.renderer, gpu_vendor: gl.vendorUnmasked || gl.vendor, canvas: hashed(value("canvas")),
    audio: hashed(value("audio")), fonts: hashed(value("fonts")), font_sizes: hashed(value("fontPreferences")), math: hashed(value("math")),
    webgl: hashed(value("webGlExtensions")), plugins: hashed(value("plugins")), cores: value("hardwareConcurrency"), mem: value("deviceMemory"),
    dpr: window.devicePixelRatio, touch: (value("touchSupport") || {}).maxTouchPoints, color_depth: value("colorDepth"),
    gamut: value("colorGamut"), languages: (value("languages") || []).flat().join(","),
  };
  return { device, timezone: value("timezone"), screen: screen && screen[0] ? screen.join("x") : undefined };
}

// Empty texts and what a browser would not say are left out; numbers stay numbers.
const said = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== null && value !== "" &&
  (typeof value !== "number" || Number.isFinite(value))).map(([name, value]) => [name, typeof value === "string" ? value.slice(0, 200) : value]));

async function collect(session = told.session) {
  if (!told.key || !session) return "nothing";
  if (isOptedOut()) return "opted out";
  if (!mayCollect) return "no consent";
  const request = { mode: "cors", credentials: "omit", cache: "no-store", referrerPolicy: "origin" };
  const [seen, answer] = await Promise.all([look(), fetch(`${endpoint}?key=${encodeURIComponent(told.key)}`, request)]);
  if (!answer.ok) return "refused";
  const { nonce } = await answer.json();
  // text/plain: a simple request, without another one that asks whether it may be sent.
  const body = JSON.stringify(said({ key: told.key, nonce, session, timezone: seen.timezone, screen: seen.screen, device: said(seen.device) }));
  const sent = await fetch(endpoint, { ...request, method: "POST", keepalive: true, headers: { "Content-Type": "text/plain" }, body });
  return sent.ok ? "collected" : "refused";
}

const quietly = (work) => work.catch(() => "failed");

window.assocd = {
  collect: (session) => quietly(collect(session)),
  consent: (given) => { mayCollect = given === true; return mayCollect ? quietly(collect()) : Promise.resolve("no consent"); },
  optOut: () => { kept.set(OPTED_OUT, "1"); kept.remove(DEVICE); },
  optIn: () => kept.remove(OPTED_OUT),
};
window.assocd.done = told.session ? quietly(collect()) : Promise.resolve("nothing");
