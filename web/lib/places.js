// Where things are: every view has an address that can be sent. The part behind # never reaches a server or its log.

export function place(view, ...parts) {
  return "#/" + [view, ...parts].map(encodeURIComponent).join("/");
}

export const placeOf = {
  account: (name) => place("account", name),
  pair: (a, b) => place("pair", a, b),
  cluster: (id) => place("cluster", id),
  alert: (id) => place("alerts", id),
  value: (kind, key) => place("value", kind, key),
  rule: (id) => place("rules", id),
  search: (q) => "#/search?q=" + encodeURIComponent(q),
};

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

// { view, parts, query } of the address.
export function here(hash = location.hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [view, ...parts] = path.split("/").filter((part) => part !== "").map(decoded);
  return { view: view || "now", parts, query: new URLSearchParams(query) };
}

// Changes the query of the address without another entry in the history and without drawing the view anew.
export function keepQuery(values) {
  const { view, parts, query } = here();
  for (const [name, value] of Object.entries(values))
    if (value) query.set(name, value);
    else query.delete(name);
  const text = query.toString();
  history.replaceState(null, "", place(view, ...parts) + (text ? "?" + text : ""));
}

export function go(address) {
  location.hash = address;
}
