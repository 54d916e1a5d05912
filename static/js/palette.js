// The palette: find anything and do anything by a few letters. The server finds; this shows, and moves the choice.
//
// What was chosen lately is kept in this browser as keys without names; the server looks each up anew, as the person who
// asks, so that nothing shows here that they may no longer see.
(() => {
  const palette = document.getElementById("palette");
  if (!palette) return;
  const input = document.getElementById("palette-input");
  const list = document.getElementById("palette-hits");
  const chip = palette.querySelector("[data-scope]");
  const hint = palette.querySelector("[data-act-hint]");
  const anything = input.placeholder;
  const STORE = `recent.${palette.dataset.person}`;
  const MOST = 12;
  const PAUSE = 60; // milliseconds after a key before the server is asked

  // --- what was chosen lately ---
  function recent() {
    try {
      const kept = JSON.parse(localStorage.getItem(STORE) ?? "[]");
      return Array.isArray(kept) ? kept.filter((key) => typeof key === "string") : [];
    } catch {
      return []; // no storage here, or nothing that can be read in it
    }
  }

  function remember(key) {
    try {
      localStorage.setItem(STORE, JSON.stringify([key, ...recent().filter((one) => one !== key)].slice(0, MOST)));
    } catch {
      console.info("What was chosen is not remembered: storage is closed.");
    }
  }

  // An object's page that is opened, however, counts as chosen.
  const prefix = window.quayside.meta("script-name") || "/";
  function opened() {
    const place = location.pathname.startsWith(prefix) ? location.pathname.slice(prefix.length) : "";
    const [, host, nouns, id] = place.match(/^hosts\/([^/]+)(?:\/(container|image|network|volume)s\/(.+?))?\/(?:logs\/)?$/) ?? [];
    if (host) remember(nouns ? `${nouns}:${host}:${decodeURIComponent(id)}` : `host:${host}:`);
  }
  opened();
  document.addEventListener("quayside:visited", opened);

  // --- asking ---
  let scope = null; // the object whose operations are listed: { ref, name }
  let asked = null;
  let timer = 0;

  function address() {
    const wanted = new URLSearchParams({ fragment: "1" });
    if (input.value.trim()) wanted.set("q", input.value.trim());
    if (scope) wanted.set("on", scope.ref);
    else for (const key of recent()) wanted.append("recent", key);
    return `${palette.dataset.url}?${wanted}`;
  }

  async function ask() {
    asked?.abort();
    const mine = (asked = new AbortController());
    palette.classList.add("is-waiting");
    try {
      const answer = await fetch(address(), { headers: { "HX-Request": "true" }, signal: mine.signal, redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.headers.has("HX-Redirect")) return location.reload(); // signed out
      const html = await answer.text();
      if (mine.signal.aborted) return undefined;
      if (answer.ok) show(html);
      else list.replaceChildren(note(`${answer.status} ${answer.statusText}`));
    } catch (error) {
      if (error.name === "AbortError") return undefined;
      list.replaceChildren(note(palette.dataset.failed));
    }
    palette.classList.remove("is-waiting");
    return undefined;
  }

  function note(text) {
    const words = document.createElement("p");
    words.className = "menu-note";
    words.textContent = text;
    return words;
  }

  function show(html) {
    list.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    htmx.process(list);
    list.scrollTop = 0;
    choose(0);
  }

  function askSoon() {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  // --- the choice ---
  const hits = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector('[aria-selected="true"]');

  function choose(number) {
    const all = hits();
    const one = all.length ? all[(number + all.length) % all.length] : null;
    chosen()?.setAttribute("aria-selected", "false");
    one?.setAttribute("aria-selected", "true");
    one?.scrollIntoView({ block: "nearest" });
    if (one) input.setAttribute("aria-activedescendant", one.id);
    else input.removeAttribute("aria-activedescendant");
    hint.hidden = !one?.dataset.ref;
  }

  function narrow(to) {
    scope = to;
    chip.hidden = !to;
    chip.textContent = to?.name ?? "";
    input.value = "";
    input.placeholder = to ? palette.dataset.act : anything;
    ask();
  }

  function move(event) {
    const at = hits().indexOf(chosen());
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: Math.min(at + 8, hits().length - 1), PageUp: Math.max(at - 8, 0) };
    if (!(event.key in steps)) return false;
    choose(steps[event.key]);
    return true;
  }

  function act(event) {
    const one = chosen();
    if (event.key === "Enter" && one) {
      clearTimeout(timer);
      if (event.ctrlKey || event.metaKey) window.open(one.href, "_blank", "noopener");
      else one.click();
      return true;
    }
    if (event.key === "Tab" && !event.shiftKey && one?.dataset.ref && !scope) {
      narrow({ ref: one.dataset.ref, name: one.querySelector(".hit-name").textContent });
      return true;
    }
    if (event.key === "Backspace" && !input.value && scope) {
      narrow(null);
      return true;
    }
    return false;
  }

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      // A search field would only empty itself.
      event.preventDefault();
      if (scope) narrow(null);
      else palette.close();
      return;
    }
    if (move(event) || act(event)) event.preventDefault();
  });
  input.addEventListener("input", askSoon);
  list.addEventListener("pointermove", (event) => {
    const one = event.target.closest("[role=option]");
    if (one && one !== chosen()) choose(hits().indexOf(one));
  });
  list.addEventListener("click", (event) => {
    const one = event.target.closest("[role=option]");
    if (!one) return;
    remember(one.dataset.key);
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    palette.close();
  });

  // --- open and close ---
  function open() {
    if (palette.open || document.querySelector("dialog[open]")) return;
    list.replaceChildren();
    palette.showModal();
    input.focus();
    narrow(null);
  }
  window.quayside.palette = open;

  palette.addEventListener("click", (event) => {
    if (event.target === palette || event.target.closest("[data-palette-close]")) palette.close();
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-palette]");
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (palette.open) palette.close();
    else open();
  });
  if (/Mac|iPhone|iPad/.test(navigator.platform)) {
    for (const key of document.querySelectorAll("[data-mod-key]")) key.textContent = `⌘${key.dataset.modKey}`;
  }
})();
