// The past beside a live log: a search through everything, what stood around a hit or a moment, and links to lines.
(() => {
  const box = document.getElementById("log");
  const dock = document.getElementById("log-dock");
  if (!box || !dock) return;
  const { LogSearch, say, logs: { mark: markOf, stamp } } = window.quayside;
  const words = document.getElementById("log-back-words").dataset;
  const aside = document.getElementById("log-aside");
  const form = dock.querySelector("form");
  const input = form.elements.filter;
  const problem = document.getElementById("log-dock-problem");
  const opener = box.querySelector('[data-back="search"]');
  const go = box.querySelector(".log-go");
  const LINES = 500;
  const query = box.dataset.query ?? `on=${encodeURIComponent(`${box.dataset.host}:${box.dataset.container}`)}`;

  // --- what stood around a moment ---
  let socket = null;
  let asked = null; // what was asked for last, and what came before its lines
  let shown = null;

  function ask(wish) {
    asked = { lines: LINES, nth: 0, of: "", is: "", ...wish };
    told(say(words.looking, clock(asked.at)));
    const text = JSON.stringify({ type: "around", query, ...asked });
    if (socket?.readyState === WebSocket.OPEN) return socket.send(text);
    const mine = new WebSocket(window.quayside.socketAddress("live/logs/search"));
    mine.binaryType = "arraybuffer";
    socket = mine;
    mine.addEventListener("open", () => mine.send(JSON.stringify({ type: "around", query, ...asked })));
    mine.addEventListener("message", ({ data }) => (typeof data === "string" ? heard(JSON.parse(data)) : take(data)));
    mine.addEventListener("close", ({ code }) => {
      if (code === 4401) location.reload();
      else if (asked) told(words.lost);
    });
    return undefined;
  }

  let head = null;
  function heard(message) {
    if (message.type === "ping") socket.send('{"type":"pong"}');
    else if (message.type === "around") head = message;
    else if (message.type === "unclear" || message.type === "error") told(message.message);
  }

  async function take(data) {
    const { at, keys, mark, exact, lines, older, newer, notes } = head;
    const wish = asked;
    asked = null;
    shown = wish;
    const said = say(lines ? (exact || wish.isTime ? words.around : words.near) : words.none, clock(at));
    if (!lines) return told([said, ...notes].join(" · "));
    await window.quaysideLogs.show(data, { label: [said, ...notes].join(" · "), at: mark ?? undefined, pick: wish.is ? known(wish) : undefined, sources: keys });
    for (const [name, there] of [["earlier", older], ["later", newer]]) aside.querySelector(`[data-back="${name}"]`).hidden = !there;
    remember(wish);
    return undefined;
  }

  // Among lines of the same moment, the one whose text is known.
  function known({ at, is }) {
    return (lines, from) => {
      for (let number = lines.first; number < lines.end; number++) {
        const line = lines.line(number);
        if (line.source === lines.line(from).source && stamp(line) === at && markOf(line.text) === is) return number;
      }
      return from;
    };
  }

  // Words where the lines will be; the live lines stay meanwhile.
  function told(text) {
    aside.hidden = false;
    aside.querySelector("span").textContent = text;
  }

  const dated = new Intl.DateTimeFormat(document.documentElement.lang || "en", { dateStyle: "medium", timeStyle: "medium" });
  function clock(at) {
    const moment = new Date(at.replace(/(\.\d{3})\d+/, "$1"));
    return Number.isNaN(moment.getTime()) ? at : dated.format(moment);
  }

  // --- the address: whoever is given it sees the same ---
  function remember({ at, nth, of, is }) {
    const address = new URL(location.href);
    for (const [name, value] of Object.entries({ at, nth: nth || "", is, of: box.dataset.query === undefined ? "" : of })) {
      value ? address.searchParams.set(name, value) : address.searchParams.delete(name);
    }
    history.replaceState(null, "", address);
  }
  new MutationObserver(() => {
    if (!aside.hidden) return;
    shown = null;
    remember({ at: "", nth: 0, of: "", is: "" });
    dock.querySelector(".log-hit.is-current")?.classList.remove("is-current");
  }).observe(aside, { attributes: true, attributeFilter: ["hidden"] });

  function link(line) {
    const address = new URL(location.href);
    const source = window.quayside.logs.page.sources?.of(line.source);
    address.search = box.dataset.query ? `?${box.dataset.query}` : "";
    address.hash = "";
    address.searchParams.set("at", stamp(line));
    // Where lines before it may not be here, its place among them cannot be told, and its text has to.
    const { nth, isSure } = window.quaysideLogs.nth(line);
    if (isSure && !window.quaysideLogs.filterText && nth) address.searchParams.set("nth", nth);
    if (!isSure || window.quaysideLogs.filterText) address.searchParams.set("is", markOf(line.text));
    if (source) address.searchParams.set("of", source.id);
    return address.href;
  }
  window.quaysideLogs.actions.push({
    label: words.link,
    async run(line) {
      const there = document.activeElement;
      try {
        await window.quayside.copy(link(line));
        window.quayside.toast("success", document.getElementById("toasts").dataset.copied);
      } catch (error) {
        window.quayside.toast("error", error.message);
      }
      there.focus();
    },
  });

  function step(later) {
    const line = window.quaysideLogs.ends().at(later ? -1 : 0);
    if (line) ask({ at: stamp(line), isTime: true });
  }

  // --- the dock ---
  const search = new LogSearch(dock, {
    unclear: ({ message }) => {
      problem.hidden = false;
      problem.textContent = message;
      input.setAttribute("aria-invalid", "true");
      input.focus();
    },
    jump: ({ time, slot, nth }) => {
      ask({ at: time, of: slot, nth });
      return true;
    },
  });

  function open(on) {
    dock.hidden = !on;
    opener.setAttribute("aria-pressed", String(on));
    if (!on) return search.looking ? search.stop() : undefined;
    input.value ||= document.getElementById("log-find").value || window.quaysideLogs.filterText;
    input.focus();
    input.select();
    return undefined;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    problem.hidden = true;
    input.removeAttribute("aria-invalid");
    const page = new URL(form.querySelector('[data-back="page"]').href);
    page.search = `?${query}`;
    page.searchParams.set("filter", input.value.trim());
    page.searchParams.set("since", "all");
    form.querySelector('[data-back="page"]').href = page.href;
    search.start({ query, filter: input.value.trim(), since: "", until: "" });
  });

  go.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    go.open = false;
    ask({ at: new Date(event.target.elements.at.value).toISOString(), isTime: true });
  });
  go.addEventListener("toggle", () => {
    if (!go.open) return;
    const field = go.querySelector("input");
    const now = new Date(Date.now() - new Date().getTimezoneOffset() * 60000);
    field.value ||= now.toISOString().slice(0, 19);
    field.focus();
  });

  box.addEventListener("click", (event) => {
    const name = event.target.closest("[data-back]")?.dataset.back;
    if (name === "search") open(dock.hidden);
    else if (name === "close") open(false);
    else if (name === "earlier" || name === "later") step(name === "later");
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape" && dock.contains(event.target)) return void open(false);
    if (event.target.closest?.("input, textarea, select, dialog, [contenteditable]")) return;
    const does = { S: () => open(true), T: () => (go.open = true) }[event.key];
    if (!does) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    does();
  }, true);

  const given = new URLSearchParams(location.search);
  if (given.get("at")) ask({ at: given.get("at"), nth: Number(given.get("nth")) || 0, of: given.get("of") ?? "", is: given.get("is") ?? "" });
})();
