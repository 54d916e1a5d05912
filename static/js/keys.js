// Keys: a cursor over the rows of any list, ways to other pages, and the help that lists what works here.
//
// The cursor is the row's own link with the focus on it, so that Enter opens it and a screen reader reads it; the row is
// marked besides, and stays marked when the focus goes elsewhere. It belongs to the row's id: redrawing moves it nowhere.
(() => {
  const ROWS = ".grid-frame .grid > tbody > tr:not(.group-row)";
  const typing = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && element.type !== "checkbox";
  const help = document.getElementById("keys");
  let at = null; // { id, place }: the row's id, and its place for when the row is gone
  let leads = 0; // until when a "g" waits for its letter

  const rows = () => [...document.querySelectorAll(ROWS)].filter((row) => row.id && row.checkVisibility() && linkOf(row));
  const linkOf = (row) => row.querySelector(".cell-name a[href], td a[href]");
  const boxOf = (row) => row.querySelector('.row-select input[type="checkbox"]:not(:disabled)');

  // --- the cursor ---
  function current(all = rows()) {
    if (!at) return null;
    return all.find((row) => row.id === at.id) ?? null;
  }

  function mark(row, all) {
    for (const marked of document.querySelectorAll(".is-cursor")) if (marked !== row) marked.classList.remove("is-cursor");
    row?.classList.add("is-cursor");
    at = row ? { id: row.id, place: all.indexOf(row) } : null;
  }

  function goTo(row, all) {
    mark(row, all);
    linkOf(row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function step(by, extend) {
    const all = rows();
    if (!all.length) return;
    const here = current(all);
    const from = here ? all.indexOf(here) : Math.min(at?.place ?? -1, all.length) - (at && by > 0 ? 1 : 0);
    const to = here || at ? from + by : firstSeen(all);
    const row = all[Math.max(0, Math.min(to, all.length - 1))];
    if (extend && here) {
      tick(here, true);
      tick(row, true);
    }
    goTo(row, all);
  }

  // The first row that can be seen, so that a key does not throw somebody back to the top of a long list.
  function firstSeen(all) {
    const top = parseFloat(getComputedStyle(all[0]).scrollMarginTop) || 0;
    return Math.max(0, all.findIndex((row) => row.getBoundingClientRect().top >= top - 4));
  }

  function tick(row, on) {
    const box = boxOf(row);
    if (box && box.checked !== on) box.click();
  }

  function select(extend) {
    const row = current();
    const box = row && boxOf(row);
    // A click with shift is a range, by key as by mouse: static/js/select.js knows where it began.
    if (box) box.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: extend }));
  }

  function openMenu() {
    const row = current();
    const menu = row?.querySelector("details.menu");
    if (!menu) return;
    const first = () => menu.open && menu.querySelector(".menu-body .menu-item")?.focus();
    menu.addEventListener("htmx:afterSettle", first, { once: true });
    menu.open = true;
    first();
  }

  // What is clicked or reached by Tab becomes the cursor's place too, once there is a cursor.
  document.addEventListener("focusin", (event) => {
    const row = at && event.target.closest?.(ROWS);
    if (row?.id && row.id !== at.id) mark(row, rows());
  });

  function redrawn() {
    if (!at) return;
    const all = rows();
    const row = current(all);
    if (row) mark(row, all);
  }
  document.addEventListener("quayside:morphed", redrawn);
  document.addEventListener("htmx:afterSettle", redrawn);

  // --- what each key does; true when it did something ---
  function filter() {
    const field = document.querySelector('main .filters input[type="search"]');
    if (!field) return window.quayside.palette?.();
    field.focus();
    return field.select();
  }

  function clearTicks() {
    document.querySelector(".bulk-bar.is-open [data-bulk-clear]")?.click();
  }

  function onList(event) {
    const does = {
      j: () => step(1, false),
      k: () => step(-1, false),
      J: () => step(1, true),
      K: () => step(-1, true),
      x: () => select(false),
      X: () => select(true),
      ".": openMenu,
      Escape: clearTicks,
    }[event.key];
    if (!does || !document.querySelector(ROWS)) return false;
    does();
    return event.key !== "Escape";
  }

  function onEnter(event) {
    const row = event.target === document.body && current();
    if (!row) return false;
    linkOf(row).click();
    return true;
  }

  function undo() {
    const last = [...document.querySelectorAll("#toasts .toast-undo")].at(-1);
    last?.click();
    return Boolean(last);
  }

  function lead(event) {
    if (Date.now() > leads) return false;
    leads = 0;
    const link = document.querySelector(`.side-nav a[data-go="${CSS.escape(event.key)}"]`);
    link?.click();
    return Boolean(link);
  }

  function everywhere(event) {
    const does = {
      "/": filter,
      "?": () => help?.showModal(),
      z: undo,
      g: () => (leads = Date.now() + 1500),
      Enter: () => onEnter(event),
    }[event.key];
    return does ? does() !== false : false;
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    // An open menu has keys of its own; so has a log's page, which keeps them from here: static/js/logs.js.
    if (event.target.closest?.("details.menu[open] .menu-body")) return;
    if (lead(event)) return event.preventDefault();
    return onList(event) || everywhere(event) ? event.preventDefault() : undefined;
  });

  // --- help: only what works on this page ---
  function tellKeys() {
    for (const part of help?.querySelectorAll("[data-keys-for]") ?? []) part.hidden = !document.querySelector(part.dataset.keysFor);
  }
  tellKeys();
  document.addEventListener("quayside:visited", () => {
    at = null;
    tellKeys();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys-open]")) help?.showModal();
    else if (event.target === help || event.target.closest("[data-keys-close]")) help?.close();
  });
})();
