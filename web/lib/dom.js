// Elements without markup: text only ever becomes a text node, so that nothing a sender wrote is run.

const SVG = "http://www.w3.org/2000/svg";

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "class") element.setAttribute("class", value);
  else if (name === "place") for (const [key, to] of Object.entries(value)) element.style.setProperty(key, to);
  else if (name === "value" || name === "checked") element[name] = value;
  else element.setAttribute(name, value === true ? "" : value);
}

export function add(element, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

// h("a", { class: "x", href: "#/now", onclick: fn }, "text", other): `place` sets properties of style.
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) set(element, name, value);
  return add(element, children);
}

export function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes || {})) set(element, name, value);
  return add(element, children);
}

export function fill(element, ...children) {
  element.replaceChildren();
  return add(element, children);
}

let numbered = 0;
export function freshId(word) {
  numbered += 1;
  return `${word}-${numbered}`;
}

// Is the reader typing? Keys of the page are then none of its business.
export function isTyping(event) {
  const at = event.target;
  return event.isComposing || event.ctrlKey || event.metaKey || event.altKey ||
    (at instanceof Element && at.closest("input, textarea, select, [contenteditable]") !== null && at.type !== "checkbox");
}
