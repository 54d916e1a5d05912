// Small conveniences of every page: copying, times that move on, menus that close, keys, fields that must be typed again.
(() => {
  const page = document;

  // --- copying ---
  async function write(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    // Plain HTTP on a network address has no clipboard of its own.
    const area = page.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    page.body.append(area);
    area.select();
    const done = page.execCommand("copy");
    area.remove();
    if (!done) throw new Error("The browser did not copy.");
    return undefined;
  }

  window.quayside.copy = write;

  page.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    event.preventDefault();
    try {
      await write(button.dataset.copy);
      button.classList.add("is-done");
      setTimeout(() => button.classList.remove("is-done"), 1500);
    } catch (error) {
      window.quayside.toast("error", error.message);
    }
    button.focus();
  });

  // --- times: the same steps as dashboard/templatetags/times.py ---
  const STEPS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const language = page.documentElement.lang || "en";
  const ago = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  const exact = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "long" });
  const spans = new Map(STEPS.map(([unit]) => [unit, new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" })]));
  const now = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(0, "second");

  function words(seconds, mode) {
    const [unit, length] = STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? STEPS.at(-1);
    const count = Math.trunc(seconds / length);
    if (mode === "span") return spans.get(unit).format(Math.max(count, 0));
    return count === 0 ? now : ago.format(-count, unit);
  }

  function refreshTime(element) {
    const at = Date.parse(element.dateTime);
    if (Number.isNaN(at)) return;
    const text = words((Date.now() - at) / 1000, element.dataset.relative);
    if (element.textContent !== text) element.textContent = text;
    const title = exact.format(at);
    if (element.title !== title) element.title = title;
  }

  function refreshTimes(root = page) {
    for (const element of root.querySelectorAll("time[data-relative]")) refreshTime(element);
  }
  refreshTimes();
  setInterval(() => page.hidden || refreshTimes(), 5000);
  page.addEventListener("visibilitychange", () => page.hidden || refreshTimes());
  page.addEventListener("htmx:afterSettle", (event) => refreshTimes(event.target.parentNode ?? page));
  page.addEventListener("quayside:morphed", (event) => refreshTimes(event.target));

  // --- menus: one click elsewhere, or Esc, closes them ---
  // In a table the menu is laid over the page, where no frame that scrolls can cut it off, and opens upwards near the end.
  function place(menu) {
    const body = menu.querySelector(".menu-body");
    const at = menu.querySelector("summary").getBoundingClientRect();
    const below = innerHeight - at.bottom - 8;
    const up = body.offsetHeight > below && at.top > below;
    Object.assign(body.style, {
      position: "fixed",
      insetInline: "auto",
      right: `${document.documentElement.clientWidth - at.right}px`,
      top: up ? "auto" : `${at.bottom + 4}px`,
      bottom: up ? `${innerHeight - at.top + 4}px` : "auto",
    });
  }
  const placeOpen = () => page.querySelectorAll(".grid details.menu[open]").forEach(place);
  page.addEventListener("toggle", (event) => event.target.matches?.(".grid details.menu[open]") && place(event.target), true);
  page.addEventListener("scroll", placeOpen, { capture: true, passive: true });
  page.addEventListener("htmx:afterSettle", placeOpen);
  page.addEventListener("quayside:morphed", placeOpen);
  addEventListener("resize", placeOpen);

  page.addEventListener("click", (event) => {
    for (const menu of page.querySelectorAll("details.menu[open]")) {
      const chosen = event.target.closest(".menu-item, .menu-body a");
      if (!menu.contains(event.target) || (chosen && menu.contains(chosen))) menu.open = false;
    }
  });

  // --- keys ---
  // In an open menu the arrows move, as everywhere else.
  function moveInMenu(event, menu) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.matches("input, select")) return;
    const items = [...menu.querySelectorAll(".menu-body :is(a, button, input, select)")].filter((item) => item.checkVisibility());
    if (!items.length) return;
    event.preventDefault();
    const at = items.indexOf(page.activeElement) + step;
    items[Math.max(0, Math.min(at, items.length - 1))].focus();
  }

  page.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details.menu[open]") ?? page.querySelector("details.menu[open]");
    if (!menu) return;
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
      event.preventDefault();
    } else {
      moveInMenu(event, menu);
    }
  });

  // --- forms ---
  page.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  // A field with data-must-equal="name" keeps its form's submit buttons shut until exactly that is typed.
  function weigh(field) {
    const shut = field.value !== field.dataset.mustEqual;
    for (const button of field.form.querySelectorAll("button[type=submit], button:not([type])")) button.disabled = shut;
  }
  page.addEventListener("input", (event) => event.target.matches("[data-must-equal]") && weigh(event.target));
  page.addEventListener("htmx:afterSettle", (event) => event.target.querySelectorAll?.("[data-must-equal]").forEach(weigh));
  page.querySelectorAll("[data-must-equal]").forEach(weigh);

  // A table that is wider than its page scrolls by itself; its head then no longer sticks.
  function fit() {
    for (const frame of page.querySelectorAll(".grid-frame")) {
      frame.classList.remove("is-wide");
      frame.classList.toggle("is-wide", frame.scrollWidth > frame.clientWidth + 1);
    }
  }
  fit();
  addEventListener("resize", fit);
  page.addEventListener("htmx:afterSettle", fit);
  page.addEventListener("quayside:morphed", fit);

  // A bar drawn from data: <span data-fill="0.4">; a style attribute would break our Content-Security-Policy.
  function fill(root = page) {
    for (const bar of root.querySelectorAll("[data-fill]")) bar.style.setProperty("--fill", bar.dataset.fill);
  }
  fill();
  page.addEventListener("htmx:afterSettle", () => fill());
  page.addEventListener("quayside:morphed", () => fill());
})();
