// A search through logs: asks /live/logs/search, and shows what comes, the newest first. Used by the page and beside a log.
(() => {
  const MOST_SHOWN = 10000;
  const TRIES = 6; // to go on after a break
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const { say } = window.quayside;
  const two = (number) => String(number).padStart(2, "0");

  // A word without capitals is found in either case, as the server finds it.
  function patternOf(words) {
    if (!words.length) return null;
    const parts = words.map((word) => (word === word.toLowerCase() ? [escaped(word), "i"] : [escaped(word), ""]));
    const folds = parts.every(([, flag]) => flag);
    return new RegExp(parts.map(([part]) => part).join("|"), folds ? "giu" : "gu");
  }

  function marked(element, text, pattern) {
    let at = 0;
    for (const match of pattern ? text.matchAll(pattern) : []) {
      const mark = document.createElement("mark");
      mark.textContent = match[0];
      element.append(text.slice(at, match.index), mark);
      at = match.index + match[0].length;
    }
    element.append(text.slice(at));
  }

  const moment = (stamp) => new Date(stamp.replace(/(\.\d{3})\d+/, "$1"));
  const clock = (at) => `${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":")}.${String(at.getMilliseconds()).padStart(3, "0")}`;
  const days = new Intl.DateTimeFormat(document.documentElement.lang || "en", { dateStyle: "full" });
  const short = new Intl.DateTimeFormat(document.documentElement.lang || "en", { month: "short", day: "numeric" });

  function shortTime(at) {
    const time = [at.getHours(), at.getMinutes()].map(two).join(":");
    return at.toDateString() === new Date().toDateString() ? time : `${short.format(at)}, ${time}`;
  }

  // Times as one number each, for nanoseconds count.
  function nanoseconds(stamp) {
    const [, whole, digits = "", zone] = /^(.{19})(?:\.(\d+))?(.*)$/.exec(stamp);
    return BigInt(Date.parse(whole + zone)) * 1000000n + BigInt(digits.padEnd(9, "0"));
  }
  const stampOf = (at) => `${new Date(Number(at / 1000000000n) * 1000).toISOString().slice(0, 19)}.${String(at % 1000000000n).padStart(9, "0")}Z`;
  const keyOf = ({ slot, time, text }) => `${slot} ${time} ${text}`;

  class LogSearch {
    // `box` holds what templates/pages/logs/search_results.html is; `unclear` is told what is wrong with what was asked.
    constructor(box, { unclear, jump }) {
      const part = (name) => box.querySelector(`[data-hits="${name}"]`);
      const names = ["status", "progress", "stop", "again", "group", "announce", "notes", "list", "older"];
      Object.assign(this, { box, unclear, jump, words: box.querySelector("template[data-words]").dataset });
      this.parts = Object.fromEntries(names.map((name) => [name, part(name)]));
      this.grouped = false;
      this.clear();
      this.parts.stop.addEventListener("click", () => this.stop());
      this.parts.again.addEventListener("click", () => (this.isCut ? this.resume() : this.start(this.asked)));
      this.parts.older.addEventListener("click", () => this.older());
      this.parts.group?.addEventListener("click", () => this.group());
      this.parts.list.addEventListener("keydown", (event) => this.key(event));
      this.parts.list.addEventListener("click", (event) => this.click(event));
    }

    clear() {
      Object.assign(this, { hits: [], sources: [], pattern: null, day: "", groups: new Map(), notes: new Set(), logs: 0, kept: 0 });
      this.parts.list.replaceChildren();
      this.parts.notes.replaceChildren();
      this.parts.notes.hidden = true;
    }

    // `asked`: {query, filter, since, until}, as the server takes them.
    start(asked) {
      this.asked = asked;
      this.clear();
      Object.assign(this, { tries: 0, again: new Map(), refusal: "", isCut: false });
      this.send({ type: "search", ...asked });
      this.busy(this.words.asking);
    }

    older() {
      this.base = this.hits.length;
      this.parts.older.hidden = true;
      this.send({ type: "search", ...this.asked, before: this.hits.at(-1).time });
      this.busy(this.words.asking);
    }

    // After a break, from where it was; the lines of that very moment come again.
    resume() {
      // How far the search had come does not count: hits of that stretch may not have arrived.
      const from = this.hits.length ? nanoseconds(this.hits.at(-1).time) : null;
      this.again = new Map();
      for (const hit of this.hits) if (from !== null && nanoseconds(hit.time) <= from) this.again.set(keyOf(hit), (this.again.get(keyOf(hit)) ?? 0) + 1);
      this.isCut = false;
      this.send({ type: "search", ...this.asked, ...(from === null ? {} : { before: stampOf(from + 1n) }) });
      this.busy(this.words.resuming);
    }

    // The connection broke: try a few times, each a little later, then leave it to the reader.
    cut() {
      this.isCut = true;
      if (this.tries >= TRIES) return void this.ended(this.words.lost, true);
      this.busy(this.words.resuming);
      this.retry = setTimeout(() => this.resume(), Math.min(5000, 250 * 2 ** this.tries++));
      return undefined;
    }

    isNew(hit) {
      const left = this.again.get(keyOf(hit)) ?? 0;
      if (left) this.again.set(keyOf(hit), left - 1);
      return !left;
    }

    stop() {
      if (this.isCut) {
        clearTimeout(this.retry);
        return void this.ended(this.words.lost, true);
      }
      return this.send({ type: "stop" });
    }

    busy(text) {
      this.parts.status.textContent = text;
      for (const name of ["again", "older"]) this.parts[name].hidden = true;
      for (const name of ["stop", "progress"]) this.parts[name].hidden = false;
      this.parts.progress.removeAttribute("value");
      this.looking = true;
    }

    // --- the socket ---
    send(message) {
      const text = JSON.stringify(message);
      if (this.socket?.readyState === WebSocket.OPEN) return this.socket.send(text);
      this.waiting = text;
      if (this.socket?.readyState === WebSocket.CONNECTING) return undefined;
      const mine = new WebSocket(window.quayside.socketAddress("live/logs/search"));
      this.socket = mine;
      mine.addEventListener("open", () => mine.send(this.waiting));
      mine.addEventListener("message", ({ data }) => this.heard(JSON.parse(data)));
      mine.addEventListener("close", (event) => {
        if (event.code === 4401) location.reload();
        else if (this.looking && mine === this.socket) this.refusal || event.code >= 4400 ? this.ended(this.refusal || this.words.lost, true) : this.cut();
      });
      return undefined;
    }

    heard(message) {
      const HEARD = {
        ping: () => this.socket.send('{"type":"pong"}'),
        error: () => (this.refusal = message.message),
        searching: () => this.began(message),
        waiting: () => (this.parts.status.textContent = this.words.waiting),
        hits: () => this.take(message),
        far: () => this.far(message),
        trouble: () => this.note(message.message),
        done: () => this.done(message),
        unclear: () => {
          this.ended("");
          this.unclear(message);
        },
      };
      HEARD[message.type]?.();
    }

    began({ words, refused, notes, logs, kept }) {
      this.pattern = patternOf(words);
      Object.assign(this, { logs, kept });
      this.parts.status.textContent = say(this.words.began, logs);
      for (const text of notes) this.note(text);
      for (const { name, message } of refused) this.note(`${name}: ${message}`);
    }

    note(text) {
      if (this.notes.has(text) || this.notes.size >= 20) return;
      this.notes.add(text);
      const item = document.createElement("li");
      item.textContent = text;
      this.parts.notes.append(item);
      this.parts.notes.hidden = false;
    }

    count() {
      return this.hits.length === 1 ? this.words.hit : say(this.words.hits, this.hits.length);
    }

    far({ back_to: back, lines, open }) {
      this.tries = 0;
      const said = [back ? say(this.words.back, shortTime(new Date(back))) : say(this.words.began, this.logs), this.count()];
      if (lines) said.push(say(this.words.lines, lines));
      if (open > 1) said.push(say(this.words.open, open));
      this.parts.status.textContent = said.join(" · ");
      const since = this.since();
      if (!back || !since) return;
      const whole = Date.now() - since;
      Object.assign(this.parts.progress, { max: 1, value: Math.min(1, Math.max(0, (Date.now() - new Date(back)) / whole)) });
    }

    // When the period begins, if it does.
    since() {
      const ago = /^(\d+)([smhd])$/.exec(this.asked.since ?? "");
      if (ago) return Date.now() - ago[1] * { s: 1e3, m: 6e4, h: 36e5, d: 864e5 }[ago[2]];
      return this.asked.since ? moment(this.asked.since).getTime() : 0;
    }

    done({ stopped, halted, lines }) {
      const said = [];
      if (halted) said.push(this.words.stopped, this.count());
      else if (stopped) said.push(say(this.words.most, this.hits.length));
      else said.push(this.asked.since || this.asked.until ? this.words.range : this.words.whole, this.hits.length ? this.count() : this.words.nothing);
      if (lines) said.push(say(this.words.lines, lines));
      if (this.kept) said.push(this.words.kept);
      const isFull = this.hits.length >= MOST_SHOWN;
      if (stopped && isFull) this.note(say(this.words.full, MOST_SHOWN));
      this.ended(said.join(" · "), halted);
      this.parts.older.hidden = !stopped || isFull || !this.hits.length;
    }

    ended(text, again = false) {
      this.looking = false;
      this.parts.status.textContent = text;
      this.parts.announce.textContent = text;
      for (const name of ["stop", "progress"]) this.parts[name].hidden = true;
      this.parts.again.hidden = !again;
      if (this.parts.group) this.parts.group.hidden = !this.grouped && new Set(this.hits.map((hit) => hit.slot)).size < 2;
    }

    // --- what is found ---
    take({ sources, hits }) {
      this.tries = 0;
      for (const source of sources) this.sources[source.source] = source;
      for (const hit of hits) {
        const source = this.sources[hit.source];
        hit.of = source;
        hit.slot = source.id;
        if (!this.isNew(hit)) continue;
        this.hits.push(hit);
        this.show(hit);
      }
    }

    show(hit) {
      const at = moment(hit.time);
      if (this.grouped) return this.groupOf(hit).append(this.row(hit, at, true));
      const day = at.toDateString();
      if (day !== this.day) this.parts.list.append(this.head("log-hits-day", days.format(at)));
      this.day = day;
      return this.parts.list.append(this.row(hit, at));
    }

    head(name, text) {
      const item = document.createElement("li");
      item.className = name;
      item.textContent = text;
      return item;
    }

    groupOf(hit) {
      if (!this.groups.has(hit.slot)) {
        const item = this.head("log-hits-group", "");
        const name = document.createElement("h3");
        name.textContent = [`${hit.of.host}/${hit.of.name}`, ...(hit.of.state === "gone" ? [this.words.removed] : [])].join(" · ");
        const list = document.createElement("ol");
        item.append(name, list);
        this.parts.list.append(item);
        this.groups.set(hit.slot, list);
      }
      return this.groups.get(hit.slot);
    }

    row(hit, at, dated = false) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.className = "log-hit";
      link.href = this.address(hit);
      link.dataset.level = hit.level;
      link.classList.toggle("is-err", hit.kind === 2);
      link.hit = hit;
      const time = document.createElement("time");
      time.dateTime = hit.time;
      time.title = hit.time;
      time.textContent = dated ? `${short.format(at)} ${clock(at)}` : clock(at);
      const text = document.createElement("span");
      text.className = "log-hit-text";
      marked(text, hit.text, this.pattern);
      link.append(time, ...(dated || this.box.dataset.of ? [] : [this.badge(hit.of)]), text);
      if (hit.cut) {
        const cut = document.createElement("em");
        cut.textContent = this.words.cut;
        link.append(cut);
      }
      item.append(link);
      return item;
    }

    badge({ name, host, state }) {
      const badge = document.createElement("span");
      badge.className = "log-hit-source";
      badge.textContent = name;
      badge.title = `${host}/${name}`;
      if (state === "gone") {
        const gone = document.createElement("small");
        gone.textContent = this.words.removed;
        badge.append(" ", gone);
      }
      return badge;
    }

    // Where its lines are: with its engine, or, of a container that was removed, among those that are kept.
    address({ of, time }) {
      const base = window.quayside.meta("script-name") || "/";
      const log = `${base}hosts/${encodeURIComponent(of.host)}/containers/${encodeURIComponent(of.id)}/logs/`;
      return `${log}${of.state === "gone" ? "kept/" : ""}?at=${encodeURIComponent(time)}#marked`;
    }

    group() {
      this.grouped = !this.grouped;
      this.parts.group.setAttribute("aria-pressed", String(this.grouped));
      this.day = "";
      this.groups.clear();
      this.parts.list.replaceChildren();
      for (const hit of this.hits) this.show(hit);
    }

    click(event) {
      const link = event.target.closest(".log-hit");
      if (!link) return;
      this.parts.list.querySelector(".log-hit.is-current")?.classList.remove("is-current");
      link.classList.add("is-current");
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      if (this.jump?.(link.hit)) event.preventDefault();
    }

    key(event) {
      const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
      const links = [...this.parts.list.querySelectorAll(".log-hit")];
      const at = links.indexOf(document.activeElement);
      if (!step || at === -1) return;
      event.preventDefault();
      event.stopPropagation();
      links[at + step]?.focus();
    }
  }
  window.quayside.LogSearch = LogSearch;
})();
