// The log page: joins the connection (logs-worker.js), the lines (logs-lines.js, logs-shown.js) and what draws them (logs-view.js).
(() => {
  const { say, logs } = window.quayside;
  const { Aside, Columns, Details, FilterBox, FindBox, Finder, Histogram, Levels, Lines, Painter, Selection, Shown, Sources, Told, Tools, View, condition, keep, kept, listen } = logs;
  const box = document.getElementById("log");
  if (!box) return;
  const part = (id) => document.getElementById(`log-${id}`);
  const words = part("words").dataset;
  const form = part("form");
  const button = (name) => box.querySelector(`[data-log="${name}"]`);

  // From now on the server need not put the lines into the page.
  document.cookie = `quayside_follows=1; path=${window.quayside.meta("script-name") || "/"}; max-age=31536000; samesite=lax`;

  for (const element of box.querySelectorAll("[data-without-scripts]")) element.remove();
  part("plain").remove();
  part("view").hidden = false;
  box.querySelector(".log-foot").hidden = false;
  box.classList.add("is-live");
  document.body.classList.add("has-log");

  const set = () => {
    const lines = new Lines();
    const shown = new Shown(lines);
    return { lines, shown, finder: new Finder(lines, shown) };
  };
  const live = set();
  const { lines, shown } = live;
  const painter = new Painter(words);
  const view = new View(part("view"), lines, shown, painter);
  view.finder = live.finder;
  const selection = new Selection(view);
  const levels = new Levels(part("levels"), words, pickAgain);
  const sources = part("sources") ? new Sources(part("sources"), words, pickAgain) : null;
  painter.sources = sources;
  const tools = new Tools(box, view, words);
  const columns = new Columns(part("columns"), view, words, changedColumns);
  const histogram = new Histogram(part("histogram"), lines, shown, words, choosePeriod);
  const find = new FindBox(part("find"), part("found"), view, words);
  const worker = new Worker(box.dataset.worker);
  worker.postMessage({ type: "load", parts: [new URL(box.dataset.fields, location.href).href] });
  const filter = new FilterBox(part("filter"), part("problem"), (text) => worker.postMessage({ type: "check", text }), narrowed);
  const details = new Details(view, words, { filter: (term) => filter.add(term), column: (key) => columns.toggle(key), hasColumn: (key) => columns.has(key) });
  const aside = new Aside(box, view, worker, { make: set, find, said: () => count() });
  const told = new Told(words, sources, mark);
  let matching = null; // of lines that are filtered: how many were read, and how many of them match
  let run = 0;
  let paused = false;
  let seen = 0; // the number after the newest line that was seen at the end
  let receipt = box.dataset.receipt;

  // --- what the page says about itself ---
  const isLive = () => view.lines === lines;

  function count() {
    const all = matching ? say(words.matching, matching.passed, matching.read) : say(words.lines, lines.length);
    const held = [all, ...(lines.first ? [say(words.dropped, lines.first)] : [])];
    part("count").textContent = lines.length || matching ? held.join(" · ") : "";
    const follows = view.following && !paused && isLive();
    if (follows) seen = shown.end;
    const fresh = Math.max(0, shown.length - shown.row(Math.max(seen, lines.first))) + lines.end - shown.end;
    part("jump").hidden = follows;
    part("jump").querySelector("span").textContent = fresh > 0 ? say(fresh === 1 ? words.newOne : words.new, fresh) : words.latest;
    button("follow").setAttribute("aria-pressed", String(follows));
    countSoon();
    box.classList.toggle("is-empty", !view.shown.length);
  }
  let counted = 0;
  view.onchange = () => {
    const follows = view.following && !paused && isLive();
    // Words that change sixty times a second cannot be read, and cost a layout each.
    if (part("jump").hidden === follows && performance.now() - counted < 200) return void (counting ||= setTimeout(countNow, 250));
    countNow();
  };

  let counting = 0;
  function countNow() {
    clearTimeout(counting);
    counting = 0;
    counted = performance.now();
    count();
  }

  let telling = 0;
  function countSoon() {
    telling ||= setTimeout(() => {
      telling = 0;
      levels.draw();
      sources?.draw();
    }, 250);
  }

  // --- lines coming in ---
  function take(batch) {
    lines.add(batch);
    levels.count(batch);
    sources?.count(batch);
    if (isLive()) view.grown(!paused);
    else if (lines.trim()) shown.trim();
    histogram.grow();
    if (!paused) find.on();
    if (batch.seq) worker.postMessage({ type: "drawn", seq: batch.seq });
  }

  function mark(text, slot = -1) {
    take({ times: [NaN], texts: [text], kinds: [0], sources: [slot] });
  }

  // Another choice of what is shown among all that is kept.
  function pickAgain() {
    const narrows = levels.narrows || sources?.narrows;
    shown.passes = narrows ? (kind, level, source) => levels.shows(kind, level) && !sources?.hides(source) : null;
    chooseAgain();
    histogram.again();
  }

  function chooseAgain() {
    view.current = -1;
    if (isLive()) view.choose(() => shown.reset());
    else shown.reset();
    live.finder.lookFor(part("find").value);
    find.on();
    count();
  }

  // --- a period that was chosen above the lines; whoever is given the address sees the same ---
  function rememberPeriod(period) {
    const address = new URL(location.href);
    period ? address.searchParams.set("period", period.join("-")) : address.searchParams.delete("period");
    if (address.href !== location.href) history.replaceState(null, "", address);
  }

  function givenPeriod() {
    const [, from, to] = /^(\d{1,15})-(\d{1,15})$/.exec(new URLSearchParams(location.search).get("period") ?? "") ?? [];
    return Number(from) < Number(to) ? [Number(from), Number(to)] : null;
  }

  function choosePeriod(period) {
    back();
    rememberPeriod(period);
    shown.period = period;
    chooseAgain();
    if (period && !paused) view.follow(false);
    if (period) view.toStart();
    else view.follow();
  }

  function changedColumns() {
    columns.draw();
    view.again();
  }
  tools.onchange = () => columns.draw();

  // For the other parts of the page: what else is asked for at an opening, and who else hears what the socket says.
  const page = { asks: {}, listeners: [], sources, mark, open: (resume) => open(resume), restart: () => restart() };
  logs.page = page;
  worker.addEventListener("message", ({ data }) => {
    if (data.run !== undefined && data.run !== run) return;
    for (const hear of page.listeners) hear(data);
    if (data.type === "lines" && data.name) aside.take(data);
    else if (data.type === "lines") take(data);
    else if (data.message?.type === "filter") filter.heard(data.message);
    else if (data.message?.type === "filtered") {
      matching = data.message;
      count();
    } else if (data.type === "said") told.hear(data.message);
    else told.is(data.state, data.message);
  });

  function open(resume) {
    const { tail, since } = Object.fromEntries(new FormData(form));
    const asked = sources ? { query: box.dataset.query } : { host: box.dataset.host, container: box.dataset.container };
    // A period that is older than what is asked for otherwise is asked for itself.
    const span = resume || !shown.period ? { tail, since } : { tail: "all", since: new Date(shown.period[0]).toISOString() };
    const opening = { ...asked, ...span, timestamps: true, levels: true, groups: true, filter: filter.text, receipt, ...page.asks };
    receipt = "";
    matching = null;
    told.connecting();
    if (!resume) run++;
    worker.postMessage({ type: "open", address: window.quayside.socketAddress("live/logs"), opening, resume, run });
  }

  function restart() {
    paused && pause();
    back();
    lines.clear();
    shown.period = null;
    rememberPeriod(null);
    shown.odd.clear();
    shown.reset();
    histogram.again();
    levels.forget();
    sources?.clear();
    view.stand(live);
    find.again();
    seen = 0;
    view.follow();
    open(false);
  }

  // --- what one can do ---
  function pause() {
    paused = !paused;
    const pressed = button("pause");
    pressed.setAttribute("aria-pressed", String(paused));
    pressed.title = paused ? words.resume : words.pause;
    pressed.querySelector(".icon").className = `icon icon-${paused ? "player-play" : "player-pause"}`;
    told.pause(paused);
    if (!paused) {
      if (isLive()) view.grown();
      find.on();
    }
    count();
  }

  function latest() {
    back();
    if (paused) pause();
    view.follow();
  }

  // Back to the lines that come.
  function back() {
    if (isLive()) return;
    if (!paused) shown.grow();
    aside.leave(live);
  }

  const DOES = {
    pause,
    latest,
    back: latest,
    follow: () => (view.following && !paused && isLive() ? view.follow(false) : latest()),
    timestamps: () => tools.timestamps(),
    wrap: () => tools.wrap(),
    fields: () => tools.fields(),
    fold: () => tools.fold(),
    smaller: () => tools.resize(-1),
    larger: () => tools.resize(1),
    full: () => tools.full(),
    help: () => tools.help(),
    options: () => tools.options(),
    next: () => find.step(1),
    previous: () => find.step(-1),
    again: () => open(true),
    all: () => sources?.all(),
    sources: () => showSources(box.classList.contains("has-no-list")),
  };
  box.addEventListener("click", (event) => DOES[event.target.closest("[data-log]")?.dataset.log]?.());

  view.element.addEventListener("click", ({ target, altKey, shiftKey }) => {
    const row = target.closest(".log-row");
    if (!row || target.closest("a, .log-details") || selection.isOpen) return;
    const chip = target.closest(".log-chip");
    if (target.closest(".log-fold")) view.choose(() => view.shown.fold(row.number));
    else if (chip) filterBy(chip.field, altKey || shiftKey);
    else if (target.closest(".log-kind") || row.classList.contains("has-fields") || matchMedia("(pointer: coarse)").matches) details.toggle(row.number);
  });

  function filterBy([key, value], without) {
    const term = value.length > 299 ? "" : condition(key, without ? "-" : "=", value);
    if (term) filter.add(term);
  }

  form.addEventListener("change", (event) => event.target.name !== "filter" && narrowed());
  function narrowed() {
    const address = new URL(location.href);
    const chosenNow = [...form.querySelectorAll("select"), { name: "filter", value: filter.text }];
    for (const { name, value } of chosenNow) value ? address.searchParams.set(name, value) : address.searchParams.delete(name);
    address.searchParams.delete("plain");
    history.replaceState(null, "", address);
    restart();
  }
  form.addEventListener("submit", (event) => event.preventDefault());

  function showSources(on) {
    box.classList.toggle("has-no-list", !on);
    button("sources").setAttribute("aria-pressed", String(on));
    if (!narrow.matches) keep("sources", on ? "1" : "0");
    view.again();
  }
  const narrow = matchMedia("(max-width: 60rem)");
  if (sources) showSources(!narrow.matches && kept("sources", "1") === "1");

  listen({
    "/": () => {
      tools.options(true);
      part("find").select();
    },
    "?": DOES.help,
    f: DOES.follow,
    " ": pause,
    w: DOES.wrap,
    t: DOES.timestamps,
    x: DOES.fields,
    z: DOES.fold,
    "+": DOES.larger,
    "-": DOES.smaller,
    F: DOES.full,
    g: () => view.toStart(),
    G: latest,
    n: DOES.next,
    N: DOES.previous,
    j: () => view.step(1),
    k: () => view.step(-1),
    Enter: () => (view.shown.has(view.current) ? details.toggle(view.current) : false),
    Escape: () => (shown.period ? choosePeriod(null) : isLive() ? false : latest()),
    ...(sources ? { s: DOES.sources } : {}),
  });

  // A container that was started again is followed again.
  document.addEventListener("quayside:morphed", (event) => {
    if (event.target.id === "log-head" && event.target.dataset.state === "running" && told.ended) open(true);
  });
  document.addEventListener("visibilitychange", () => document.hidden || view.draw());

  // What other scripts of this page may do with the view; docs/lines.md describes it.
  window.quaysideLogs = {
    holds: (time) => lines.length > 0 && lines.since(-Infinity) !== -1 && lines.time(lines.since(-Infinity)) <= time,
    goTo(time) {
      const number = lines.since(time);
      if (number === -1) return false;
      back();
      view.reveal(number);
      count();
      return true;
    },
    show: (data, how) => aside.show(data, how),
    live: latest,
    nth: (line) => view.lines.nth(line.number),
    ends: () => (view.lines.length ? [view.lines.line(view.lines.first), view.lines.line(view.lines.end - 1)] : []),
    filter: (term) => filter.add(term),
    actions: details.actions,
    get filterText() {
      return filter.text;
    },
  };

  tools.draw();
  columns.draw();
  shown.reset();
  view.again();
  const period = givenPeriod();
  if (period) choosePeriod(period);
  open(false);
})();
