"use strict";
(() => {
  const root = document.documentElement;
  const by = (id) => document.getElementById(id);
  const all = [...document.querySelectorAll(".findings > li")];
  const filters = by("filters");
  const theme = by("theme");

  const isDark = () =>
    root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
  const turn = () => {
    root.dataset.theme = isDark() ? "light" : "dark";
  };
  theme.hidden = false;
  theme.addEventListener("click", turn);

  // What is marked may be far to the right.
  const reveal = () => {
    for (const mark of document.querySelectorAll("pre mark")) {
      const pre = mark.closest("pre");
      const end = mark.offsetLeft + mark.offsetWidth;
      if (end > pre.clientWidth) pre.scrollLeft = mark.offsetLeft - 48;
    }
  };
  reveal();

  const visible = () => all.filter((item) => !item.hidden);
  const filter = () => {
    const words = by("words").value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of all) {
      const text = item.textContent.toLowerCase();
      const fits = ["severity", "code", "exchange"].every(
        (name) => !by(name).value || by(name).value === item.dataset[name],
      );
      item.hidden = !(fits && words.every((word) => text.includes(word)));
    }
    const number = visible().length;
    by("shown").textContent = `${number} of ${all.length}`;
    by("no-match").hidden = number > 0;
  };
  if (filters) {
    filters.hidden = false;
    filters.addEventListener("input", filter);
    filters.addEventListener("submit", (event) => event.preventDefault());
    // The fields are cleared after this event.
    filters.addEventListener("reset", () => setTimeout(filter));
    // A browser that goes back fills the fields in again.
    filter();
  }

  const verdict = by("verdict");
  const narrow = () => {
    const items = [...document.querySelectorAll(".tree li")];
    for (const item of items) item.hidden = false;
    // From the leaves up: what holds something that is shown is shown.
    for (const item of items.reverse()) {
      const own = !verdict.value || item.dataset.verdict === verdict.value;
      item.hidden = !own && !item.querySelector("li:not([hidden])");
    }
    for (const tree of document.querySelectorAll(".tree")) {
      const empty = !tree.querySelector("li:not([hidden])");
      tree.hidden = empty;
      tree.previousElementSibling.hidden = empty;
    }
  };
  if (verdict) {
    by("verdicts").hidden = false;
    verdict.addEventListener("input", narrow);
    narrow();
  }

  const step = (by) => {
    const items = visible();
    const at = items.findIndex((item) => item.contains(document.activeElement));
    const next = items[at < 0 ? 0 : Math.min(Math.max(at + by, 0), items.length - 1)];
    next?.querySelector("summary").focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches?.("input, select, textarea");
    if (event.key === "Escape" && filters) {
      filters.reset();
      if (typing) event.target.blur();
      return;
    }
    if (typing) return;
    const keys = { j: () => step(1), k: () => step(-1), t: turn, "/": () => by("words")?.focus() };
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });
})();
