// A cluster: its accounts and links as a graph, what holds it together (bridges), what is held apart, and how it came about.
import { ask, askIfThere, urlOf } from "../lib/ask.js";
import { add, fill, h } from "../lib/dom.js";
import { Graph, widestPath } from "../lib/graph.js";
import { accountName, afterFrame, button, chip, cutList, empty, facts, heading, levelChip, number, panel, quiet, relationName, score, stateChip, table, toast } from "../lib/parts.js";
import { library, missing } from "../lib/pictures.js";
import { go, placeOf } from "../lib/places.js";
import { summaryText } from "../lib/said.js";
import { plainName, prose } from "../lib/shown.js";
import { onLive } from "../lib/live.js";
import { time } from "../lib/times.js";
import { t, word } from "../lib/words.js";
import { changeList } from "./changes.js";
import { dossierButton } from "./dossier.js";
import { linkTable } from "./links.js";

const edge = (link, isApart) => ({ a: link.a, b: link.b, score: link.score, band: link.band, isBridge: link.is_bridge === true, isApart });

// Declared groups get a number each, in order of their names.
function groupNumbers(members) {
  const names = [...new Set(members.flatMap((m) => m.relations || []))].sort();
  return new Map(names.map((name, i) => [name, i + 1]));
}

class Picture {
  constructor(cluster, graph, side) {
    this.cluster = cluster;
    this.graph = graph;
    this.side = side;
    this.groups = groupNumbers(cluster.members);
    this.added = new Map();
    this.from = null;
    this.isFolded = cluster.members.length > 4000;
  }

  nodes() {
    const members = this.cluster.members.map((m) => ({ id: m.account, isClosed: m.is_closed, group: this.groups.get((m.relations || [])[0]) || 0 }));
    const inside = new Set(members.map((m) => m.id)), outside = new Map();
    for (const link of this.cluster.held_apart) if (!inside.has(link.b)) outside.set(link.b, { id: link.b, isOutside: true });
    for (const links of this.added.values()) for (const link of links) if (!inside.has(link.b)) outside.set(link.b, { id: link.b, isOutside: true });
    return [...members, ...outside.values()];
  }

  edges() {
    const known = new Set(), all = [];
    const put = (e) => {
      const key = e.a < e.b ? e.a + "\n" + e.b : e.b + "\n" + e.a;
      if (known.has(key)) return;
      known.add(key);
      all.push(e);
    };
    for (const link of this.cluster.links) put(edge(link, false));
    for (const link of this.cluster.held_apart) put(edge(link, true));
    for (const links of this.added.values()) for (const link of links) put(edge(link, false));
    return all;
  }

  draw() {
    this.graph?.set(this.nodes(), this.edges());
  }

  async expand(id) {
    const found = await ask(urlOf`/v1/accounts/${id}/links`);
    const fresh = found.links.filter((link) => link.score >= 500).slice(0, 60);
    this.added.set(id, fresh);
    toast(t("graph.expanded", { n: number(fresh.length) }));
    this.draw();
    this.show(id);
  }

  collapse(id) {
    this.added.delete(id);
    this.draw();
    this.show(id);
  }

  pathTo(id) {
    const path = widestPath(this.edges(), this.from, id);
    this.from = null;
    if (!path) return void toast(t("graph.path.none"), "bad");
    this.graph?.showPath(path.ids);
    this.show(id, path);
  }

  show(id, path) {
    const member = this.cluster.members.find((m) => m.account === id), links = this.edges().filter((e) => e.a === id || e.b === id).sort((x, y) => y.score - x.score);
    fill(this.side, h("h3", null, h("a", { href: placeOf.account(id) }, accountName(id, 40))),
      h("p", null, member?.is_closed ? h("span", { class: "chip closed" }, t("account.closed")) : null, (member?.relations || []).map((r) => [" ", chip("relation", "declared", relationName(r))]), member ? null : quiet(t("graph.outside"))),
      h("div", { class: "buttons" },
        this.added.has(id) ? button(t("graph.collapse"), () => this.collapse(id)) : button(t("graph.expand"), () => this.expand(id).catch((error) => toast(error.message, "bad"))),
        this.from && this.from !== id ? button(t("graph.path.to", { name: plainName(this.from, 20) }), () => this.pathTo(id), { class: "primary" })
          : button(t("graph.path.from"), () => {
            this.from = id;
            toast(t("graph.path.pick"));
          })),
      path ? [h("h4", null, t("graph.path", { score: path.weakest })), h("ol", { class: "path" }, path.ids.slice(1).map((to, i) => h("li", null, h("a", { href: placeOf.pair(path.ids[i], to) }, accountName(path.ids[i], 24), " = ", accountName(to, 24)))))] : null,
      h("h4", null, t("account.links")),
      h("ul", { class: "plain-list" }, cutList(links, 12, (e) => h("li", null, h("a", { href: placeOf.pair(e.a, e.b) }, accountName(e.a === id ? e.b : e.a, 28)), " ", score(e.score, e.band), e.isBridge ? h("span", { class: "chip bridge" }, t("graph.bridge")) : null, e.isApart ? h("span", { class: "chip bridge" }, t("graph.apart")) : null))));
  }
}

function alertPanel(alerts = []) {
  if (!alerts.length) return null;
  return panel(t("cluster.alerts"), {}, h("ul", { class: "plain-list" }, alerts.map((alert) => h("li", { class: "chips" }, levelChip(alert.level), stateChip(alert.state), h("a", { href: placeOf.alert(alert.id) }, prose(summaryText(alert), 160))))));
}

function legend(cluster, groups) {
  const item = (kind, text) => h("li", null, h("i", { class: "key " + kind, "aria-hidden": "true" }), text);
  return h("ul", { class: "graph-legend" }, item("strong", word("band", "strong")), item("probable", word("band", "probable")), item("possible", word("band", "possible")),
    item("bridge", t("graph.legend.bridge")), cluster.members.some((m) => m.is_closed) ? item("closed", t("account.closed")) : null,
    [...groups].slice(0, 5).map(([group, n]) => item("group-" + n, relationName(group))));
}

function memberTable(cluster, pick) {
  return table(t("cluster.members"), [
    { title: t("col.account"), class: "grow", of: (m) => h("a", { class: "account", href: placeOf.account(m.account) }, accountName(m.account)) },
    { title: t("col.state"), of: (m) => (m.is_closed ? h("span", { class: "chip closed" }, t("account.closed")) : "") },
    { title: t("col.relation"), of: (m) => (m.relations || []).map((r, i) => [i ? ", " : "", relationName(r)]) },
    { title: t("col.first"), class: "when", of: (m) => time(m.joined) },
    { title: h("span", { class: "heard" }, t("cluster.graph")), of: (m) => button(t("graph.show"), () => pick(m.account), { class: "plain small", title: plainName(m.account) }) }], cluster.members.slice(0, 500));
}

async function drawGraph(holder, cluster, side) {
  const d3 = await library("graph"), picture = new Picture(cluster, null, side);
  if (!d3) return void fill(holder, missing());
  const graph = new Graph(d3, { label: t("graph.label", { n: cluster.members.length, links: cluster.links.length }), onpick: (node) => node && picture.show(node.id), onopen: (node) => go(placeOf.account(node.id)) });
  picture.graph = graph;
  fill(holder, graph.canvas, h("div", { class: "graph-tools" }, button("+", () => graph.zoom(1.25), { title: t("graph.in") }), button("\u2212", () => graph.zoom(0.8), { title: t("graph.out") }), button(t("graph.fit"), () => graph.fitAgain())), legend(cluster, picture.groups));
  picture.draw();
  holder.graph = graph;
  return picture;
}

export const asks = (at) => [urlOf`/v1/clusters/${at.parts[0] ?? ""}`];

export async function show(at, root, redraw) {
  const id = at.parts[0] ?? "", cluster = await ask(asks(at)[0]);
  const holder = h("div", { class: "graph-holder" }), side = h("aside", { class: "graph-side", "aria-label": t("graph.side") }, quiet(t("graph.pick"))), changes = h("div");
  let picture = null;
  const closed = cluster.members.filter((m) => m.is_closed).length, bridges = cluster.links.filter((l) => l.is_bridge).length;
  add(root, heading(t("cluster.title", { id: cluster.cluster }), dossierButton(urlOf`/v1/reports/${cluster.cluster}`, [cluster.cluster], true)),
    panel(t("value.what"), {}, facts([t("cluster.members"), number(cluster.members.length)], [t("cluster.links"), number(cluster.links.length)], [t("cluster.closed"), number(closed)], [t("cluster.bridges"), number(bridges)], [t("cluster.apart"), number(cluster.held_apart.length)])),
    alertPanel(cluster.alerts),
    panel(t("cluster.graph"), { class: "wide graph-panel" }, h("div", { class: "graph-columns" }, holder, side)),
    panel(t("cluster.members"), { class: "wide", note: cluster.members.length > 500 ? t("links.first", { n: 500 }) : "" }, memberTable(cluster, (account) => {
      const node = picture?.graph.byId.get(account);
      if (node) picture.graph.pick(node);
      side.scrollIntoView({ block: "nearest" });
    })),
    panel(t("cluster.links"), { class: "wide" }, linkTable(t("cluster.links"), cluster.links.slice(0, 200))),
    cluster.held_apart.length ? panel(t("cluster.apart"), { class: "wide", note: t("cluster.apart.note") }, linkTable(t("cluster.apart"), cluster.held_apart.slice(0, 100))) : null,
    panel(t("cluster.history"), { class: "wide" }, changes));
  afterFrame(() => {
    if (!root.isConnected) return;
    drawGraph(holder, cluster, side).then((made) => {
      picture = made;
    });
    askIfThere(urlOf`/v1/clusters/${id}/history`).then((history) => fill(changes, history?.changes.length ? changeList(history.changes) : empty(t("account.history.none")))).catch((error) => fill(changes, empty(error.message)));
  });
  const stop = onLive((kind) => kind === "back" && redraw());
  return () => {
    stop();
    holder.graph?.stop();
  };
}
