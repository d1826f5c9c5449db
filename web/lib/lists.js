// A list of any length that draws only the rows in sight: a list box with one focus, moved by keys.
import { add, fill, freshId, h } from "./dom.js";

export class LongList {
  // options: { label, height (of a row, px), draw(row, index) => [children], key(row), onpick(row), isMarked(row) }
  constructor(options) {
    this.options = options;
    this.rows = [];
    this.at = -1;
    this.id = freshId("list");
    this.space = h("div", { class: "space", role: "presentation" });
    this.box = h("div", { class: "long-list", role: "listbox", tabindex: "0", "aria-label": options.label, "aria-multiselectable": "true" }, this.space);
    this.box.addEventListener("scroll", () => this.draw(), { passive: true });
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.box);
  }

  stop() {
    this.observer.disconnect();
  }

  setRows(rows) {
    const held = this.at >= 0 ? this.options.key(this.rows[this.at]) : null;
    this.rows = rows;
    this.at = held === null ? this.at : rows.findIndex((row) => this.options.key(row) === held);
    this.draw();
  }

  current() {
    return this.rows[this.at] ?? null;
  }

  draw() {
    const { height } = this.options;
    const from = Math.max(0, Math.floor(this.box.scrollTop / height) - 4);
    const to = Math.min(this.rows.length, Math.ceil((this.box.scrollTop + this.box.clientHeight) / height) + 4);
    this.space.style.height = this.rows.length * height + "px";
    fill(this.space);
    for (let i = from; i < to; i++) add(this.space, this.row(i));
    if (this.at >= from && this.at < to) this.box.setAttribute("aria-activedescendant", `${this.id}-${this.at}`);
    else this.box.removeAttribute("aria-activedescendant");
  }

  row(i) {
    const row = this.rows[i], { height, draw, isMarked } = this.options;
    return h("div", { id: `${this.id}-${i}`, role: "option", class: "row" + (i === this.at ? " at" : "") + (isMarked?.(row) ? " marked" : ""),
      "aria-selected": isMarked?.(row) ? "true" : "false", "aria-setsize": this.rows.length, "aria-posinset": i + 1,
      place: { top: i * height + "px", height: height + "px" }, onclick: (event) => this.clicked(event, i) }, draw(row, i));
  }

  clicked(event, i) {
    if (event.target.closest("a, button, input")) return;
    this.move(i);
    this.options.onpick(this.rows[i], event);
  }

  move(to) {
    if (this.rows.length === 0) return;
    this.at = Math.max(0, Math.min(this.rows.length - 1, to));
    const { height } = this.options, top = this.at * height;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    else if (top + height > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = top + height - this.box.clientHeight;
    this.draw();
  }

  find(key) {
    const i = this.rows.findIndex((row) => this.options.key(row) === key);
    if (i >= 0) this.move(i);
    return i >= 0;
  }

  onKey(event) {
    const page = Math.max(1, Math.floor(this.box.clientHeight / this.options.height) - 1);
    const to = { ArrowDown: this.at + 1, ArrowUp: this.at - 1, PageDown: this.at + page, PageUp: this.at - page, Home: 0, End: this.rows.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.move(to);
    this.options.onpick(this.current(), event);
  }
}
