// Keeps what is on the page fresh. A nudge over the websocket only says what changed; the page then asks for how it looks.
//
// An element takes part with an id and data-live="hosts host.3" (its topics). It is fetched anew from data-live-url, by default
// this page's address, and morphed in: at most twice a second, and always once more after the last nudge.
(() => {
  const PAUSE = 500; // milliseconds between two fetches of one element
  const LONGEST_WAIT = 30000; // between two tries to connect
  const GIVE_UP_ON = 45000; // a socket that has been silent this long is dead: the server pings more often
  const TOO_MANY = 4429; // more than the console gives at once: there is less to do for it when pages come back late
  const LATER = 30000; // and not at once again
  const banner = document.getElementById("connection");
  const states = new WeakMap();
  let socket = null;
  let tries = 0;
  let heard = 0;
  let bannerTimer = 0;
  let nextTry = 0;
  let refusal = "";
  const usual = banner?.querySelector("span").textContent;

  const regions = () => [...document.querySelectorAll("[data-live]")];
  // A part with data-topic="job.…" adds that topic to the element around it for as long as the part is there and seen.
  const partsOf = (element) => [...element.querySelectorAll("[data-topic]")];
  const topicsOf = (element) => element.dataset.live.split(/\s+/).filter(Boolean);
  const heardBy = (element) => [...topicsOf(element), ...partsOf(element).map((part) => part.dataset.topic)];

  // --- fetching one element anew ---
  function stateOf(element) {
    if (!states.has(element)) states.set(element, { busy: false, again: false, timer: 0, at: 0 });
    return states.get(element);
  }

  function refresh(element) {
    const state = stateOf(element);
    if (document.hidden || state.busy || state.timer) {
      state.again = true;
      return;
    }
    const wait = state.at + PAUSE - Date.now();
    if (wait > 0) {
      state.timer = setTimeout(() => {
        state.timer = 0;
        refresh(element);
      }, wait);
      return;
    }
    fetchNow(element, state);
  }

  const addressOf = (element) => element.dataset.liveUrl || location.pathname + location.search;

  async function fetchNow(element, state) {
    state.busy = true;
    state.again = false;
    state.at = Date.now();
    try {
      const address = addressOf(element);
      const headers = { "HX-Request": "true", "HX-Target": element.id, "HX-Current-URL": location.href };
      const answer = await fetch(address, { headers, credentials: "same-origin", redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.headers.has("HX-Redirect")) {
        location.reload(); // the session ended: a plain load shows the sign-in page
      } else if (answer.ok) {
        const html = await answer.text();
        await window.quayside.released();
        // A filter that was set meanwhile has another address, and what it shows is already there: this is out of date.
        if (addressOf(element) !== address) state.again = true;
        else if (element.isConnected) morph(element, html);
      }
    } catch (error) {
      console.info("Not refreshed:", error.message); // the connection's own banner tells the person
    }
    state.busy = false;
    if (state.again && element.isConnected) refresh(element);
  }

  // --- morphing it in, without taking anything out of a person's hands ---
  // Chosen in an open menu and not sent yet. Elsewhere a field shows what the address says.
  function isChosen(field) {
    if (!field.matches("input, select, textarea") || !field.closest("details[open]")) return false;
    if (field.matches("select")) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
    return field.checked !== field.defaultChecked || field.value !== field.defaultValue;
  }

  // No page of ours is sent with a style attribute: what is there was set by a script, and stays.
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name) => name !== "style";
  Idiomorph.defaults.callbacks.beforeNodeMorphed = (before, after) => {
    if (before.nodeType !== Node.ELEMENT_NODE || after.nodeType !== Node.ELEMENT_NODE) return true;
    if (before.tagName === "DETAILS") after.open = before.open;
    if (before.matches('input[name="on"], [data-select-all], [data-select-group]')) after.toggleAttribute("checked", before.checked);
    // Not Idiomorph's own ignoreActiveValue: that leaves the words of a focused button or link as they were, too.
    if (before === document.activeElement && before.matches("input, select, textarea")) return false;
    if (before.matches("[data-keep]") || isChosen(before)) return false;
    return !(before.matches("time[data-relative]") && after.matches("time") && before.dateTime === after.dateTime);
  };

  function morph(element, html) {
    const answer = new DOMParser().parseFromString(html, "text/html");
    const same = answer.getElementById(element.id);
    const scrolled = [...element.querySelectorAll("[data-keep-scroll]")].map((box) => [box, box.scrollTop]);
    const restoreFocus = window.quayside.keepFocus(element);
    if (window.quayside.hold(element, same, () => refresh(element))) {
      // Its rows are up to date and where they were: the rest follows when nobody points at them.
    } else if (same) {
      Idiomorph.morph(element, same, { morphStyle: "outerHTML" });
    } else {
      Idiomorph.morph(element, [...answer.body.childNodes], { morphStyle: "innerHTML" });
    }
    for (const [box, top] of scrolled) box.scrollTop = top;
    restoreFocus();
    const now = document.getElementById(element.id) ?? element;
    htmx.process(now);
    now.dispatchEvent(new CustomEvent("quayside:morphed", { bubbles: true }));
    subscribe();
  }

  // --- the socket ---
  let isLeaving = false;
  let subscribed = "";
  function subscribe() {
    if (socket?.readyState !== WebSocket.OPEN) return;
    const topics = [...new Set(regions().flatMap(heardBy))].sort();
    if (topics.join(" ") === subscribed) return;
    subscribed = topics.join(" ");
    socket.send(JSON.stringify({ type: "subscribe", topics }));
  }

  // A topic covers its parts: an element on "jobs" hears of "jobs.4" too.
  const covers = (topic, nudged) => topic === nudged || nudged.startsWith(`${topic}.`);
  const concerns = (element, nudged) =>
    topicsOf(element).some((topic) => covers(topic, nudged)) ||
    partsOf(element).some((part) => part.dataset.topic === nudged && part.checkVisibility());

  function hear(message) {
    heard = Date.now();
    if (message.type === "ping") {
      socket.send('{"type":"pong"}');
    } else if (message.type === "error") {
      refusal = message.message;
    } else if (message.type === "subscribed") {
      refusal = "";
      tell(false);
      renew(message.version ?? "");
      // What changed between the drawing of the page and this moment, nobody told us.
      regions().forEach(refresh);
    } else if (message.type === "nudge") {
      for (const element of regions()) {
        if (concerns(element, message.topic)) refresh(element);
      }
    }
  }

  // The console was replaced by a newer one meanwhile: its pages go with its own files. What a person holds is not taken away.
  function renew(version) {
    const mine = window.quayside.meta("version");
    const held = "dialog[open], details.menu[open], #log-view, input[name=on]:checked, :is(input, textarea):not(:placeholder-shown):focus";
    if (isLeaving || !mine || !version || mine === version || document.querySelector(held)) return;
    isLeaving = true; // a second try would break off the first
    location.reload();
  }

  function tell(isLost) {
    clearTimeout(bannerTimer);
    // Two seconds' grace: a server that restarts is back before anybody needs to know.
    bannerTimer = setTimeout(() => {
      if (!banner) return;
      banner.hidden = !isLost;
      banner.querySelector("span").textContent = refusal || usual;
    }, isLost ? 2000 : 0);
  }

  // A part of the page knows better than any nudge that another is out of date.
  document.addEventListener("quayside:stale", ({ detail }) => {
    const element = document.getElementById(detail);
    if (element) refresh(element);
  });

  function connect() {
    subscribed = "";
    const mine = new WebSocket(window.quayside.socketAddress("live/updates"));
    socket = mine;
    socket.addEventListener("open", () => {
      heard = Date.now();
      if (!refusal) tell(false); // else once it is known that this one may stay
      subscribe();
      tries = 0;
    });
    socket.addEventListener("message", (event) => {
      let message;
      try {
        message = JSON.parse(event.data);
      } catch {
        return console.warn("A live message is not JSON:", event.data);
      }
      return hear(message);
    });
    socket.addEventListener("close", (event) => mine === socket && reconnect(event.code));
  }

  function reconnect(code) {
    tell(true);
    // 4401: signed out meanwhile; a plain load shows where to sign in. 4403: refused for good.
    if (code === 4401) return location.reload();
    if (code === 4403) return undefined;
    if (code === TOO_MANY) return (nextTry = setTimeout(connect, LATER + Math.random() * LATER));
    const longest = Math.min(LONGEST_WAIT, 500 * 2 ** tries++);
    return (nextTry = setTimeout(connect, longest / 2 + Math.random() * (longest / 2)));
  }

  // Whoever comes back, or whose machine wakes up, waits neither for the next try nor for a dead line to close.
  function wake() {
    if (document.hidden || !socket) return;
    const dead = socket.readyState === WebSocket.OPEN && Date.now() - heard > GIVE_UP_ON;
    if (dead) socket.close();
    else if (socket.readyState !== WebSocket.CLOSED) return;
    clearTimeout(nextTry);
    connect();
  }
  addEventListener("online", wake);

  setInterval(() => {
    if (socket?.readyState === WebSocket.OPEN && Date.now() - heard > GIVE_UP_ON) wake();
  }, 5000);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    wake();
    for (const element of regions()) if (stateOf(element).again) refresh(element);
  });
  document.addEventListener("htmx:afterSettle", subscribe);
  // What was not seen was not kept fresh.
  document.addEventListener("toggle", (event) => {
    const element = event.target.open && event.target.querySelector("[data-topic]") && event.target.closest("[data-live]");
    if (element) refresh(element);
  }, true);
  document.addEventListener("refresh", () => regions().forEach(refresh)); // HX-Trigger: refresh, after an operation
  document.addEventListener("quayside:visited", () => {
    subscribed = ""; // asked again even where the topics are the same: what is shown was drawn before it was heard of
    if (socket) subscribe();
    else if (regions().length) connect();
  });
  addEventListener("pageshow", (event) => event.persisted && regions().forEach(refresh));
  if (regions().length) connect();
})();
