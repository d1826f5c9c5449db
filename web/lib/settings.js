// What the reader chose, kept in this browser; nothing of it is secret. Works without storage, too.

const defaults = { theme: "", language: "", clock: "local", seen: "" };
const fallback = new Map();

function read(name) {
  try {
    return localStorage.getItem("assocd." + name) ?? defaults[name];
  } catch {
    return fallback.get(name) ?? defaults[name];
  }
}

export function setting(name) {
  return read(name) ?? "";
}

export function keepSetting(name, value) {
  try {
    localStorage.setItem("assocd." + name, value);
  } catch {
    fallback.set(name, value);
  }
}

export function showTheme() {
  const theme = setting("theme");
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

export function isDark() {
  const theme = setting("theme");
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}
