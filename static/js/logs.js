// The log page: joins the connection (logs-worker.js), the lines (logs-lines.js) and what draws them (logs-view.js).
(() => {
  const { FilterBox, Kept, Levels, Lines, Sources, View } = window.quayside.logs;
  const box = document.getElementById("log");
  if (!box) return;
  const part = (id) => document.getElementById(`log-${id}`);
  const words = part("words").dataset;
  const form = part("form");
  const say = (text, ...values) => values.reduce((said, value) => said.replace("%s", value.toLocaleString()), text);
  const button = (name) => box.querySelector(`[data-log="${name}"]`);

  // From now on the server need not put the lines into the page.
  document.cookie = `quayside_follows=1; path=${window.quayside.meta("script-name") || "/"}; max-age=31536000; samesite=lax`;

  const chosen = (name, usual) => {
    try {
      return (localStorage.getItem(`log-${name}`) ?? usual) === "1";
    } catch {
      return usual === "1";
    }
  };
  const keep = (name, on) => {
    try {
      localStorage.setItem(`log-${name}`, on ? "1" : "0");
    } catch {
      // Private windows may have no storage: the choice then lasts as long as the page.
    }
  };

  for (const element of box.querySelectorAll("[data-without-scripts]")) element.remove();
  part("plain").remove();
  part("view").hidden = false;
  box.querySelector(".log-foot").hidden = false;
  box.classList.add("is-live");

  const lines = new Lines();
  const view = new View(part("view"), lines, words);
  const kept = new Kept();
  const levels = new Levels(part("levels"), words, pickAgain);
  const sources = part("sources") ? new Sources(part("sources"), words, pickAgain) : null;
  view.sources = sources;
  const worker = new Worker(box.dataset.worker);
  view.wrap = chosen("wrap", "0");
  view.timestamps = chosen("timestamps", "1");
  const filter = new FilterBox(part("filter"), part("problem"), (text) => worker.postMessage({ type: "check", text }), narrowed);
  let matching = null; // of lines that are filtered: how many were read, and how many of them match
  let run = 0;
  let paused = false;
  let waiting = []; // what came while paused
  let waitingLines = 0;
  let ended = false;
  let lostMarked = false;
  let seen = 0; // the number after the newest line that was seen at the end
  let receipt = box.dataset.receipt;

  // --- what the page says about itself ---
  function status(text, tone) {
    part("status").dataset.tone = tone;
    part("status").querySelector("span").textContent = text;
    button("again").hidden = tone !== "ended" || Boolean(sources);
  }

  function count() {
    const all = matching ? say(words.matching, matching.passed, matching.read) : say(words.lines, lines.length);
    const held = [all, ...(lines.first ? [say(words.dropped, lines.first)] : [])];
    part("count").textContent = lines.length || matching ? held.join(" · ") : "";
    if (view.following && !paused) seen = lines.end;
    const fresh = lines.end - seen + waitingLines;
    const jump = part("jump");
    jump.hidden = view.following && !paused;
    jump.querySelector("span").textContent = fresh > 0 ? say(words.new, fresh) : words.latest;
    button("follow").setAttribute("aria-pressed", String(view.following && !paused));
    countSoon();
    box.classList.toggle("is-empty", !lines.length);
  }
  view.onchange = count;

  let counting = 0;
  function countSoon() {
    counting ||= setTimeout(() => {
      counting = 0;
      levels.draw();
      sources?.draw();
    }, 250);
  }

  // --- lines coming in ---
  function take(batch) {
    kept.add(batch);
    levels.count(batch);
    sources?.count(batch);
    if (paused) {
      waiting.push(batch);
      waitingLines += batch.texts.length;
      count();
    } else {
      lines.add(kept.pick(batch));
      view.grown();
      searchOn();
    }
    if (batch.seq) worker.postMessage({ type: "drawn", seq: batch.seq });
  }

  const mark = (text, slot = -1) => take({ times: [""], texts: [text], kinds: [0], spans: [null], sources: [slot], levels: null });

  // Another choice of what is shown among all that is kept.
  function pickAgain() {
    kept.shows =
      levels.narrows || sources?.narrows ? (batch, at) => levels.shows(batch, at) && !sources?.hides(batch.sources?.[at]) : null;
    const held = paused ? kept.batches.slice(0, kept.batches.length - waiting.length) : kept.batches;
    lines.clear();
    for (const batch of held) lines.add(kept.pick(batch));
    lines.lookFor(part("find").value);
    seen = lines.end;
    view.current = -1;
    view.again();
    searchOn();
  }

  function opened() {
    ended = false;
    if (lostMarked) mark(words.resumed);
    lostMarked = false;
    status(paused ? words.paused : words.live, paused ? "paused" : "live");
  }

  // --- of many logs ---
  function overall() {
    const { total, live, lost, ended: over } = sources.summary();
    ended = total > 0 && over === total;
    if (paused) status(words.paused, "paused");
    else if (!total) status(words.none, "busy");
    else if (ended) status(words.allEnded, "ended");
    else if (lost && !live) status(words.engineLost, "lost");
    else status(live ? words.live : words.connecting, live ? "live" : "busy");
  }

  const OF_EACH = {
    sources: (message) => {
      sources.join(message.sources);
      if (message.message) sources.say("many", message.message);
      for (const { name, message: why } of message.refused) sources.say(name, `${name}: ${why}`);
    },
    skew: ({ host, seconds }) => {
      sources.say(`clock of ${host}`, seconds && say(seconds > 0 ? words.ahead : words.behind, host, Math.abs(seconds)));
    },
    opened: ({ slot }) => {
      if (sources.of(slot)?.condition === "lost") mark(words.resumed, slot);
      sources.is(slot, "live");
    },
    skipped: ({ slot, lines: count }) => {
      mark(say(words.skipped, count), slot);
      sources.skipped(slot, count);
    },
    notice: ({ slot, message }) => {
      if (sources.of(slot)?.condition !== "lost") mark(`${words.engineLost} ${message}`, slot);
      sources.is(slot, "lost", words.lost);
    },
    end: ({ slot, why, code, message }) => {
      mark(message, slot);
      sources.is(slot, "ended", code ? `${words[why] ?? ""} (${code})` : (words[why] ?? message));
    },
  };

  function hearOfEach(message) {
    OF_EACH[message.type]?.(message);
    overall();
  }

  const HEARD = {
    opened,
    skipped: (message) => mark(say(words.skipped, message.lines)),
    notice: (message) => {
      if (!lostMarked) mark(`${words.engineLost} ${message.message}`);
      lostMarked = true;
      status(words.engineLost, "lost");
    },
    end: (message) => {
      ended = true;
      mark(message.message);
      status(message.message, "ended");
    },
  };
  const STATES = {
    resuming: () => {
      sources?.forget();
      status(words.resuming, "lost");
    },
    refused: (message) => {
      ended = true;
      mark(message);
      status(message, "ended");
    },
    "signed-out": () => location.reload(),
  };
  worker.addEventListener("message", ({ data }) => {
    if (data.run !== undefined && data.run !== run) return;
    if (data.type === "lines") take(data);
    else if (data.message?.type === "filter") filter.heard(data.message);
    else if (data.message?.type === "filtered") {
      matching = data.message;
      count();
    } else if (data.type === "said" && sources) hearOfEach(data.message);
    else if (data.type === "said") HEARD[data.message.type]?.(data.message);
    else STATES[data.state]?.(data.message);
  });

  function open(resume) {
    const address = new URL(`${window.quayside.meta("script-name") || "/"}live/logs`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const { tail, since } = Object.fromEntries(new FormData(form));
    const asked = sources ? { query: box.dataset.query } : { host: box.dataset.host, container: box.dataset.container };
    const opening = { ...asked, tail, since, timestamps: true, levels: true, filter: filter.text, receipt };
    receipt = "";
    matching = null;
    status(words.connecting, "busy");
    if (!resume) run++;
    worker.postMessage({ type: "open", address: address.href, opening, resume, run });
  }

  function restart() {
    paused && pause();
    lines.clear();
    kept.clear();
    levels.forget();
    sources?.clear();
    lines.lookFor(part("find").value);
    view.forget();
    view.again();
    seen = 0;
    waiting = [];
    waitingLines = 0;
    view.follow();
    open(false);
  }

  // --- what one can do ---
  function pause() {
    paused = !paused;
    const pressed = button("pause");
    pressed.setAttribute("aria-pressed", String(paused));
    pressed.title = paused ? words.resume : words.pause;
    pressed.querySelector("use")?.setAttribute("href", pressed.querySelector("use").getAttribute("href").replace(/#.*/, paused ? "#player-play" : "#player-pause"));
    if (sources) overall();
    else if (!ended) status(paused ? words.paused : words.live, paused ? "paused" : "live");
    if (!paused) {
      for (const batch of waiting) lines.add(kept.pick(batch));
      waiting = [];
      waitingLines = 0;
      view.grown();
      searchOn();
    }
    count();
  }

  function toggle(name) {
    view[name] = !view[name];
    keep(name, view[name]);
    shown();
    view.again();
  }

  function shown() {
    for (const name of ["wrap", "timestamps"]) button(name).setAttribute("aria-pressed", String(view[name]));
    box.classList.toggle("is-wrapped", view.wrap);
    box.classList.toggle("is-timed", view.timestamps);
  }

  function latest() {
    if (paused) pause();
    view.follow();
  }

  const DOES = {
    pause,
    latest,
    follow: () => (view.following && !paused ? view.follow(false) : latest()),
    timestamps: () => toggle("timestamps"),
    wrap: () => toggle("wrap"),
    next: () => step(1),
    previous: () => step(-1),
    again: () => open(true),
    all: () => sources?.all(),
    sources: () => showSources(box.classList.contains("has-no-list")),
  };
  box.addEventListener("click", (event) => DOES[event.target.closest("[data-log]")?.dataset.log]?.());

  form.addEventListener("change", (event) => event.target.name !== "filter" && narrowed());
  function narrowed() {
    const address = new URL(location.href);
    const chosenNow = [...form.querySelectorAll("select"), { name: "filter", value: filter.text }];
    for (const { name, value } of chosenNow) value ? address.searchParams.set(name, value) : address.searchParams.delete(name);
    address.searchParams.delete("plain");
    history.replaceState(null, "", address);
    shown();
    restart();
  }
  form.addEventListener("submit", (event) => event.preventDefault());

  function showSources(on) {
    box.classList.toggle("has-no-list", !on);
    button("sources").setAttribute("aria-pressed", String(on));
    if (!narrow.matches) keep("sources", on);
    view.again();
  }
  const narrow = matchMedia("(max-width: 60rem)");
  if (sources) showSources(!narrow.matches && chosen("sources", "1"));

  // --- finding ---
  let searching = 0;
  function searchOn() {
    if (searching || !lines.pattern) return found();
    const go = () => {
      searching = lines.look() ? setTimeout(go, 0) : 0;
      found();
    };
    go();
    return undefined;
  }

  function found() {
    const at = lines.hits.indexOf(view.current);
    if (!lines.pattern) part("found").textContent = "";
    else if (!lines.hits.length) part("found").textContent = words.noHits;
    else part("found").textContent = say(words.hits, at === -1 ? "–" : at + 1, lines.hits.length);
  }

  function step(direction) {
    if (!lines.hits.length) return;
    const from = lines.hits.includes(view.current) ? view.current : direction > 0 ? lines.first - 1 : lines.end;
    view.show(lines.hits[lines.hit(from, direction)]);
    found();
  }

  let typing = 0;
  part("find").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      view.current = -1;
      lines.lookFor(part("find").value);
      view.forget();
      view.draw();
      searchOn();
    }, 80);
  });
  part("find").addEventListener("keydown", (event) => {
    if (event.key === "Enter") step(event.shiftKey ? 1 : -1);
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    if (event.key === "Escape") {
      part("find").value = "";
      part("find").dispatchEvent(new Event("input"));
      view.element.focus();
    }
  });

  // --- keys ---
  const KEYS = {
    "/": () => part("find").select(),
    f: DOES.follow,
    " ": pause,
    w: DOES.wrap,
    t: DOES.timestamps,
    g: () => view.toStart(),
    G: latest,
    n: DOES.next,
    N: DOES.previous,
    ...(sources ? { s: DOES.sources } : {}),
  };
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.target.closest?.("input, textarea, select, dialog, [contenteditable]")) return;
      if (event.key === " " && event.target.closest?.("button, a, summary")) return;
      const does = KEYS[event.key];
      if (!does) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      does();
    },
    true,
  );

  // A container that was started again is followed again.
  document.addEventListener("quayside:morphed", (event) => {
    if (event.target.id === "log-head" && event.target.dataset.state === "running" && ended) open(true);
  });
  document.addEventListener("visibilitychange", () => document.hidden || view.draw());

  shown();
  view.again();
  open(false);
})();
