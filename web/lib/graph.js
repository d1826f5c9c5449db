// A graph on a canvas: forces of d3-force, drawing and moving about of our own. The canvas is one stop of the keyboard; the
// tables beside it say the same.
import { h } from "./dom.js";
import { cut, visible } from "./shown.js";

const REST_MS = 120;
const FRAME_MS = 14, TICKS = 140, MANY = 400, TICKS_OF_MANY = 100;
// With many accounts the picture is drawn now and then while it settles: a fifth of the time, the rest belongs to the forces. They
// have so long in all: as many ticks as the machine makes of it, each the longer a step the fewer they are.
const FRAME_OF_MANY_MS = 50, DRAWING_SHARE = 5, SETTLE_MANY_MS = 2200, TICKS_LEAST = 10;
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function palette() {
  const names = ["--ink", "--ink-2", "--line-strong", "--panel", "--accent", "--band-strong", "--band-probable", "--band-possible", "--band-none", "--bridge", "--closed", "--group-1", "--group-2", "--group-3", "--group-4", "--group-5"];
  return Object.fromEntries(names.map((name) => [name.slice(2), colour(name)]));
}

function copyOf(canvas) {
  const image = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
  image.getContext("2d").drawImage(canvas, 0, 0);
  return image;
}

// First places for many accounts, so that few ticks are needed: each part of the graph as a tree from its busiest account, rings
// by distance, room by size.
function spread(nodes, edges) {
  const near = new Map(nodes.map((node) => [node, []]));
  for (const { source, target } of edges) {
    near.get(source).push(target);
    near.get(target).push(source);
  }
  const seen = new Set();
  let turn = 0;
  for (const root of [...nodes].sort((x, y) => y.degree - x.degree)) {
    if (seen.has(root)) continue;
    const order = [root], below = new Map([[root, []]]);
    seen.add(root);
    for (const node of order)
      for (const other of near.get(node)) {
        if (seen.has(other)) continue;
        seen.add(other);
        order.push(other);
        below.set(other, []);
        below.get(node).push(other);
      }
    const size = new Map();
    for (const node of [...order].reverse()) size.set(node, 1 + below.get(node).reduce((sum, other) => sum + size.get(other), 0));
    const out = turn === 0 ? 0 : 60 * Math.sqrt(turn), at = { x: out * Math.cos(turn * 2.4), y: out * Math.sin(turn * 2.4) };
    turn += order.length;
    place(root, { at, below, size, from: 0, to: 2 * Math.PI, ring: 0 });
  }
}

function place(node, { at, below, size, from, to, ring }) {
  const angle = (from + to) / 2;
  if (node.x === undefined) Object.assign(node, { x: at.x + ring * 45 * Math.cos(angle), y: at.y + ring * 45 * Math.sin(angle) });
  let next = from;
  for (const other of below.get(node)) {
    const wide = ((to - from) * size.get(other)) / (size.get(node) - 1);
    place(other, { at, below, size, from: next, to: next + wide, ring: ring + 1 });
    next += wide;
  }
}

export class Graph {
  // options: { label, onpick(node or null), onopen(node) }
  constructor(d3, options) {
    this.d3 = d3;
    this.options = options;
    this.nodes = [];
    this.edges = [];
    this.byId = new Map();
    this.view = { x: 0, y: 0, k: 1 };
    this.selected = null;
    this.path = new Set();
    this.isFitted = true;
    this.settledMs = this.drawMs = this.drawnAt = 0;
    this.canvas = h("canvas", { class: "graph", tabindex: "0", role: "application", "aria-label": options.label });
    this.context = this.canvas.getContext("2d");
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.canvas);
    this.listen();
    this.colours = palette();
  }

  stop() {
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
    this.isStopped = true;
  }

  // nodes: { id, isClosed, group, isOutside }; edges: { a, b, score, band, isBridge, isApart }
  set(nodes, edges) {
    const before = this.byId;
    this.byId = new Map(nodes.map((node) => [node.id, Object.assign(node, before.get(node.id) ? { x: before.get(node.id).x, y: before.get(node.id).y } : {})]));
    this.nodes = [...this.byId.values()];
    this.edges = edges.filter((e) => this.byId.has(e.a) && this.byId.has(e.b)).map((e) => ({ ...e, source: this.byId.get(e.a), target: this.byId.get(e.b) }));
    for (const node of this.nodes) node.degree = 0;
    for (const edge of this.edges) {
      edge.source.degree += 1;
      edge.target.degree += 1;
    }
    if (this.selected) this.selected = this.byId.get(this.selected.id) ?? null;
    this.settle();
  }

  settle() {
    const { d3, nodes, edges } = this, many = nodes.length > MANY, few = nodes.length < 30 ? 2.2 : 1;
    const ticks = many ? TICKS_OF_MANY : TICKS;
    this.isMany = many;
    this.simulation?.stop();
    if (many) spread(nodes, edges);
    this.simulation = d3.forceSimulation(nodes).stop().alphaDecay(1 - Math.pow(0.001, 1 / ticks)).velocityDecay(0.35)
      .force("charge", d3.forceManyBody().strength(many ? -30 : -120 * few).theta(many ? 1.2 : 0.9).distanceMax(many ? 220 : 600))
      .force("link", d3.forceLink(edges).distance((e) => few * (e.isApart ? 110 : 40 + (1000 - e.score) / 12)).strength((e) => (e.isApart ? 0.05 : 1 / Math.min(e.source.degree, e.target.degree))))
      .force("x", d3.forceX().strength(0.04)).force("y", d3.forceY().strength(0.06));
    if (!many) this.simulation.force("collide", d3.forceCollide(9));
    this.left = ticks;
    this.ticked = 0;
    this.began = performance.now();
    this.settledMs = 0;
    this.schedule();
  }

  schedule() {
    if (this.isScheduled || this.isStopped) return;
    this.isScheduled = true;
    this.frame = requestAnimationFrame(() => {
      this.isScheduled = false;
      this.step();
    });
  }

  // As many ticks as fit a frame, then one drawing.
  step() {
    const from = performance.now();
    while (this.left > 0 && performance.now() - from < (this.isMany ? FRAME_OF_MANY_MS : FRAME_MS)) {
      this.simulation.tick();
      this.left -= 1;
      this.ticked += 1;
      if (this.isMany) this.hurry();
      if (this.left === 0) this.settledMs = performance.now() - this.began;
    }
    if (this.isFitted) this.fit();
    if (this.left === 0 || !this.isMany || performance.now() - this.drawnAt > DRAWING_SHARE * this.drawMs) this.draw();
    if (this.left > 0) this.schedule();
  }

  // Fewer ticks, where so many would take too long.
  hurry() {
    const spent = performance.now() - this.began, could = Math.max(TICKS_LEAST - this.ticked, Math.floor(((SETTLE_MANY_MS - spent) * this.ticked) / spent), 0);
    if (could >= this.left) return;
    this.left = could;
    if (could > 0) this.simulation.alphaDecay(1 - Math.pow(0.001 / this.simulation.alpha(), 1 / could));
  }

  resize() {
    const scale = devicePixelRatio || 1, { clientWidth, clientHeight } = this.canvas;
    this.canvas.width = Math.max(1, Math.round(clientWidth * scale));
    this.canvas.height = Math.max(1, Math.round(clientHeight * scale));
    this.schedule();
  }

  fit() {
    if (!this.nodes.length) return;
    let left = Infinity, right = -Infinity, top = Infinity, bottom = -Infinity;
    for (const { x, y } of this.nodes) {
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
    const { clientWidth: w, clientHeight: hgt } = this.canvas;
    const k = Math.min(1.8, (w - 120) / Math.max(1, right - left), (hgt - 90) / Math.max(1, bottom - top));
    this.view = { k: Math.max(0.02, k), x: w / 2 - (k * (left + right)) / 2, y: hgt / 2 - (k * (top + bottom)) / 2 };
  }

  edgeStyle(edge) {
    const c = this.colours, isPath = this.path.has(edge.a + "\n" + edge.b) || this.path.has(edge.b + "\n" + edge.a);
    if (isPath) return [c.accent, 3.5, []];
    if (edge.isBridge || edge.isApart) return [c.bridge, 1.6, [5, 4]];
    return [c["band-" + edge.band] || c["band-none"], edge.band === "strong" ? 1.8 : 1.1, []];
  }

  drawEdges() {
    const { context: g, view } = this, kinds = new Map();
    for (const edge of this.edges) {
      const style = this.edgeStyle(edge), key = style.join("|");
      if (!kinds.has(key)) kinds.set(key, [style, []]);
      kinds.get(key)[1].push(edge);
    }
    for (const [[stroke, width, dash], edges] of kinds.values()) {
      g.beginPath();
      g.strokeStyle = stroke;
      g.globalAlpha = this.isMany ? 0.6 : 0.75;
      g.lineWidth = this.isMany && width < 3 ? 0.8 / view.k : width / Math.sqrt(view.k); // up to a pixel a line costs next to nothing
      g.setLineDash(dash);
      for (const { source, target } of edges) {
        g.moveTo(source.x, source.y);
        g.lineTo(target.x, target.y);
      }
      g.stroke();
    }
    g.setLineDash([]);
    g.globalAlpha = 1;
  }

  radius(node) {
    return (node === this.selected ? 8 : 5.5) * Math.min(1.6, 1 / Math.sqrt(Math.max(0.25, this.view.k)));
  }

  // One picture of each sort of account, stamped wherever one is.
  stampNodes() {
    const { context: g, view } = this, scale = devicePixelRatio || 1, stamps = new Map();
    g.setTransform(1, 0, 0, 1, 0, 0);
    for (const node of this.nodes) {
      const key = `${node.isClosed}|${node.group || 0}|${node.isOutside}|${node === this.selected}`;
      if (!stamps.has(key)) stamps.set(key, this.stamp(node, scale));
      const image = stamps.get(key);
      g.drawImage(image, Math.round((node.x * view.k + view.x) * scale - image.width / 2), Math.round((node.y * view.k + view.y) * scale - image.height / 2));
    }
  }

  stamp(node, scale) {
    const size = Math.ceil(2 * (this.radius(node) * this.view.k + 3) * scale), image = Object.assign(document.createElement("canvas"), { width: size, height: size });
    const g = image.getContext("2d"), screen = this.context, k = this.view.k * scale;
    g.setTransform(k, 0, 0, k, size / 2, size / 2);
    this.context = g;
    this.drawNodes([{ ...node, x: 0, y: 0 }], node === this.selected);
    this.context = screen;
    return image;
  }

  drawNodes(nodes, isSelected) {
    const { context: g, colours: c } = this;
    for (const node of nodes) {
      const r = this.radius(node);
      g.beginPath();
      g.arc(node.x, node.y, r, 0, 2 * Math.PI);
      g.fillStyle = node.isClosed ? c.panel : node.group ? c["group-" + (((node.group - 1) % 5) + 1)] : node.isOutside ? c["line-strong"] : c.ink;
      g.fill();
      g.lineWidth = (isSelected || node === this.selected ? 3 : node.isClosed ? 2.2 : 1) / Math.sqrt(this.view.k);
      g.strokeStyle = isSelected || node === this.selected ? c.accent : node.isClosed ? c.closed : c.panel;
      g.stroke();
      if (node.isClosed) this.cross(node, r * 0.5);
    }
  }

  cross(node, r) {
    const g = this.context;
    g.beginPath();
    g.moveTo(node.x - r, node.y - r);
    g.lineTo(node.x + r, node.y + r);
    g.moveTo(node.x + r, node.y - r);
    g.lineTo(node.x - r, node.y + r);
    g.stroke();
  }

  drawNames() {
    const { context: g, view, colours: c } = this, all = this.nodes.length <= 40 || view.k > 1.6;
    g.font = "12px " + getComputedStyle(document.body).fontFamily;
    g.textAlign = "center";
    for (const node of this.nodes) {
      if (!all && node !== this.selected && node !== this.hovered) continue;
      const x = node.x * view.k + view.x, y = node.y * view.k + view.y + this.radius(node) * view.k + 13;
      if (x < -80 || y < -20 || x > this.canvas.clientWidth + 80 || y > this.canvas.clientHeight + 20) continue;
      const text = cut(visible(node.id.slice(node.id.indexOf("/") + 1)), 26);
      g.lineWidth = 3;
      g.strokeStyle = c.panel;
      g.strokeText(text, x, y);
      g.fillStyle = c.ink;
      g.fillText(text, x, y);
    }
  }

  draw() {
    const { context: g, view, canvas } = this, scale = devicePixelRatio || 1, from = performance.now();
    g.setTransform(scale, 0, 0, scale, 0, 0);
    g.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    g.setTransform(scale * view.k, 0, 0, scale * view.k, scale * view.x, scale * view.y);
    this.drawEdges();
    if (this.isMany) this.stampNodes();
    else this.drawNodes(this.nodes);
    g.setTransform(scale, 0, 0, scale, 0, 0);
    this.drawNames();
    this.drawnAt = performance.now();
    this.drawMs = this.drawnAt - from;
    this.held = null;
    this.drawn = { x: view.x, y: view.y };
  }

  // What was drawn moves as a picture while it is dragged; it is drawn anew when it rests, or has moved far.
  pan(x, y) {
    const { canvas, context: g } = this, scale = devicePixelRatio || 1;
    this.view = { ...this.view, x, y };
    if (!this.isMany || this.left > 0) return this.schedule();
    this.held ??= { ...this.drawn, image: copyOf(canvas) };
    const dx = x - this.held.x, dy = y - this.held.y;
    if (Math.abs(dx) > canvas.clientWidth / 4 || Math.abs(dy) > canvas.clientHeight / 4) {
      return this.draw();
    }
    g.setTransform(1, 0, 0, 1, 0, 0);
    g.clearRect(0, 0, canvas.width, canvas.height);
    g.drawImage(this.held.image, Math.round(dx * scale), Math.round(dy * scale));
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.schedule(), REST_MS);
  }

  nearest(x, y, within) {
    const { view } = this, at = this.simulation?.find((x - view.x) / view.k, (y - view.y) / view.k, within / view.k);
    return at ?? null;
  }

  pick(node) {
    this.selected = node;
    this.schedule();
    this.options.onpick(node);
  }

  zoom(by, x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2) {
    const k = Math.max(0.02, Math.min(8, this.view.k * by)), f = k / this.view.k;
    this.isFitted = false;
    this.view = { k, x: x - (x - this.view.x) * f, y: y - (y - this.view.y) * f };
    this.schedule();
  }

  fitAgain() {
    this.isFitted = true;
    this.schedule();
  }

  showPath(ids) {
    this.path = new Set(ids.slice(1).map((id, i) => ids[i] + "\n" + id));
    this.schedule();
  }

  listen() {
    const { canvas } = this, held = { from: null, moved: false };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      held.from = [event.offsetX - this.view.x, event.offsetY - this.view.y];
      held.moved = false;
    });
    canvas.addEventListener("pointermove", (event) => this.onMove(event, held));
    canvas.addEventListener("pointerup", (event) => {
      if (held.from && !held.moved) this.pick(this.nearest(event.offsetX, event.offsetY, 24));
      held.from = null;
    });
    canvas.addEventListener("dblclick", (event) => {
      const node = this.nearest(event.offsetX, event.offsetY, 24);
      if (node) this.options.onopen(node);
    });
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * 0.0015), event.offsetX, event.offsetY);
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => this.onKey(event));
  }

  onMove(event, held) {
    if (held.from) {
      const x = event.offsetX - held.from[0], y = event.offsetY - held.from[1];
      held.moved ||= Math.hypot(x - this.view.x, y - this.view.y) > 4;
      if (!held.moved) return;
      this.isFitted = false;
      return this.pan(x, y);
    } else {
      this.hovered = this.nearest(event.offsetX, event.offsetY, 16);
      this.canvas.style.cursor = this.hovered ? "pointer" : "grab";
    }
    this.schedule();
  }

  // Arrows go to the nearest node that lies that way.
  onKey(event) {
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (way) this.pick(this.towards(way) ?? this.selected ?? this.nodes[0] ?? null);
    else if (event.key === "Enter" && this.selected) this.options.onopen(this.selected);
    else if (event.key === "+" || event.key === "=") this.zoom(1.25);
    else if (event.key === "-") this.zoom(0.8);
    else if (event.key === "0") this.fitAgain();
    else return;
    event.preventDefault();
  }

  towards([dx, dy]) {
    const from = this.selected;
    if (!from) return null;
    let best = null, least = Infinity;
    for (const node of this.nodes) {
      const x = node.x - from.x, y = node.y - from.y, along = x * dx + y * dy, aside = Math.abs(x * dy) + Math.abs(y * dx);
      const cost = along + 2 * aside;
      if (node !== from && along > Math.abs(aside) * 0.5 && cost < least) {
        best = node;
        least = cost;
      }
    }
    return best;
  }
}

// The path whose weakest link is strongest.
export function widestPath(edges, from, to) {
  const near = new Map(), best = new Map([[from, Infinity]]), before = new Map(), open = new Set([from]);
  for (const { a, b, score } of edges) {
    near.set(a, [...(near.get(a) || []), [b, score]]);
    near.set(b, [...(near.get(b) || []), [a, score]]);
  }
  while (open.size) {
    const at = [...open].reduce((x, y) => (best.get(y) > best.get(x) ? y : x));
    open.delete(at);
    if (at === to) break;
    for (const [next, score] of near.get(at) || []) {
      const width = Math.min(best.get(at), score);
      if (width <= (best.get(next) ?? -1)) continue;
      best.set(next, width);
      before.set(next, at);
      open.add(next);
    }
  }
  if (!best.has(to)) return null;
  const ids = [to];
  while (ids[0] !== from) ids.unshift(before.get(ids[0]));
  return { ids, weakest: best.get(to) };
}
