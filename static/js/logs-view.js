// Draws the rows that can be seen, and no others. Follows the newest line until somebody scrolls away from it.
(() => {
  const { Heights, MARK } = window.quayside.logs;
  const BEYOND = 20; // rows drawn above and below what can be seen
  const CUT = 0x80, LATE = 0x40, KIND = 0x3f, STDERR = 2, ENGINE = 3;
  const BOLD = 1, DIM = 2, ITALIC = 4, UNDERLINE = 8, INVERSE = 16, STRIKE = 32;
  const FLAGS = [[BOLD, "a-bold"], [DIM, "a-dim"], [ITALIC, "a-italic"], [UNDERLINE, "a-under"], [STRIKE, "a-strike"]];
  const LINK = /\bhttps?:\/\/[^\s<>"'`{}|\\^\u0000-\u001f]+/g;
  const CUBE = [0, 95, 135, 175, 215, 255];

  // --- one line's text ---
  function rgb(colour) {
    if (colour >= 0x1000000) return `rgb(${(colour >> 16) & 255} ${(colour >> 8) & 255} ${colour & 255})`;
    if (colour >= 232) return `rgb(${[0, 0, 0].map(() => 8 + 10 * (colour - 232)).join(" ")})`;
    const cell = colour - 16;
    return `rgb(${[Math.floor(cell / 36), Math.floor(cell / 6) % 6, cell % 6].map((step) => CUBE[step]).join(" ")})`;
  }

  function paintColour(element, colour, ground) {
    if (colour === -1) return;
    if (colour < 16) element.classList.add(`${ground ? "a-bg" : "a-fg"}${colour}`);
    else element.style[ground ? "backgroundColor" : "color"] = rgb(colour);
  }

  function paint(element, [fg, bg, flags]) {
    for (const [flag, name] of FLAGS) if (flags & flag) element.classList.add(name);
    if (flags & INVERSE) element.classList.add("a-inverse");
    paintColour(element, fg, Boolean(flags & INVERSE));
    paintColour(element, bg, !(flags & INVERSE));
  }

  function linksIn(text) {
    if (!text.includes("://")) return [];
    return [...text.matchAll(LINK)].map((match) => {
      const url = match[0].replace(/[),.;:!?\]]+$/, "");
      return { from: match.index, to: match.index + url.length, url };
    });
  }

  function hitsIn(text, pattern) {
    if (!pattern) return [];
    pattern.lastIndex = 0;
    return [...text.matchAll(pattern)].map((match) => ({ from: match.index, to: match.index + match[0].length }));
  }

  const inside = (parts, at) => parts.find(({ from, to }) => from <= at && at < to);

  function write(element, { text, spans }, pattern) {
    const links = linksIn(text);
    const hits = hitsIn(text, pattern);
    if (!spans && !links.length && !hits.length) {
      element.textContent = text;
      return;
    }
    const styles = [];
    for (let at = 0; spans && at < spans.length; at += 5) styles.push({ from: spans[at], to: spans[at + 1], style: spans.slice(at + 2, at + 5) });
    const edges = new Set([0, text.length]);
    for (const { from, to } of [...styles, ...links, ...hits]) edges.add(from).add(to);
    const sorted = [...edges].sort((one, other) => one - other);
    for (let at = 0; at + 1 < sorted.length; at++) {
      const style = inside(styles, sorted[at]);
      const link = inside(links, sorted[at]);
      const part = document.createElement(link ? "a" : inside(hits, sorted[at]) ? "mark" : "span");
      part.textContent = text.slice(sorted[at], sorted[at + 1]);
      if (style) paint(part, style.style);
      if (link) Object.assign(part, { href: link.url, target: "_blank", rel: "noopener noreferrer" });
      if (link && inside(hits, sorted[at])) part.classList.add("is-hit");
      element.append(part);
    }
  }

  // --- the time of a line, in the zone of whoever looks ---
  const two = (number) => String(number).padStart(2, "0");
  function clock(stamp) {
    const at = new Date(stamp.replace(/(\.\d{3})\d+/, "$1"));
    if (Number.isNaN(at.getTime())) return ["", ""];
    const day = `${two(at.getMonth() + 1)}-${two(at.getDate())} `;
    return [day, `${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":")}.${String(at.getMilliseconds()).padStart(3, "0")}`];
  }

  class View {
    constructor(element, lines, words) {
      Object.assign(this, { element, lines, words, wrap: false, timestamps: true, following: true, current: -1, sources: null, top: 0 });
      this.space = document.createElement("div");
      this.space.className = "log-space";
      element.append(this.space);
      this.heights = new Heights(Math.round(parseFloat(getComputedStyle(element).lineHeight)) || 20);
      this.rows = new Map();
      this.asked = false;
      this.onchange = () => {};
      this.columns = 0;
      element.addEventListener("scroll", () => this.scrolled(), { passive: true });
      element.addEventListener("copy", (event) => this.copy(event));
      new ResizeObserver(() => this.again(false)).observe(element);
    }

    // Draw at the next frame.
    draw() {
      if (this.asked) return;
      this.asked = true;
      requestAnimationFrame(() => {
        this.asked = false;
        this.drawNow();
      });
    }

    // Everything anew: another width, another way to show it. Whoever reads something keeps it in sight.
    again(rows = true) {
      const top = this.heights.count ? this.heights.find(this.element.scrollTop) : 0;
      if (rows) this.forget();
      this.measureColumns();
      this.heights.reset(this.lines.length, this.wrap ? (at) => this.guess(at) : null);
      if (!this.following) this.element.scrollTop = this.heights.before(top);
      this.draw();
    }

    forget() {
      for (const row of this.rows.values()) row.remove();
      this.rows.clear();
    }

    // The lines have grown.
    grown() {
      const surplus = this.lines.surplus();
      while (this.heights.count < this.lines.length) this.heights.push(this.wrap ? this.guess(this.heights.count) : 0);
      if (surplus) {
        this.lines.drop(surplus);
        const height = this.heights.drop(surplus);
        if (!this.following) this.element.scrollTop -= height;
      }
      this.draw();
    }

    measureColumns() {
      if (!this.probe) {
        this.probe = document.createElement("div");
        this.probe.className = "log-row log-probe";
        this.space.append(this.probe);
      }
      const text = this.fill(this.probe, { time: "2026-01-01T00:00:00Z", text: "0".repeat(100), kind: 1, spans: null });
      this.probe.classList.toggle("is-probed", true);
      const letter = text.getBoundingClientRect().width / 100;
      const room = this.element.clientWidth - (text.getBoundingClientRect().left - this.probe.getBoundingClientRect().left) - 12;
      this.letter = letter;
      this.columns = Math.max(8, Math.floor(room / letter));
      this.before = this.element.clientWidth - room;
    }

    guess(at) {
      return this.heights.row * Math.max(1, Math.ceil(this.lines.texts[at].length / this.columns));
    }

    drawNow() {
      const { element, heights, lines } = this;
      if (!this.columns) this.again();
      this.size();
      if (this.following) element.scrollTop = element.scrollHeight;
      if (!lines.length) this.forget();
      for (let round = 0; round < 3 && lines.length; round++) {
        const top = heights.find(element.scrollTop);
        const bottom = heights.find(element.scrollTop + element.clientHeight);
        this.keep(Math.max(0, top - BEYOND) + lines.first, Math.min(lines.length - 1, bottom + BEYOND) + lines.first);
        if (!this.wrap || !this.correct(top)) break;
        this.size();
        if (this.following) element.scrollTop = element.scrollHeight;
      }
      this.onchange();
    }

    size() {
      this.space.style.height = `${this.heights.total}px`;
      this.space.style.minWidth = this.wrap ? "" : `${Math.ceil(this.before + this.lines.longest * this.letter)}px`;
    }

    // The rows of these lines and no others, but for the two that hold a selection.
    keep(from, to) {
      const held = this.selected();
      for (const [number, row] of this.rows) {
        if ((number < from || number > to) && !held.includes(number)) {
          row.remove();
          this.rows.delete(number);
        }
      }
      let after = null;
      for (let number = to; number >= from; number--) {
        let row = this.rows.get(number);
        if (!row) {
          row = this.row(number);
          this.rows.set(number, row);
          this.space.insertBefore(row, after ?? this.next(number));
        }
        this.place(number, row);
        after = row;
      }
      for (const number of held) if (this.rows.has(number) && number >= this.lines.first) this.place(number, this.rows.get(number));
    }

    next(number) {
      let found = null;
      for (const [other, row] of this.rows) if (other > number && (!found || other < found[0]) && row.isConnected) found = [other, row];
      return found ? found[1] : null;
    }

    place(number, row) {
      const top = this.heights.before(number - this.lines.first);
      if (row.top !== top) row.style.transform = `translateY(${top}px)`;
      row.top = top;
      const isCurrent = number === this.current;
      if (row.classList.contains("is-current") !== isCurrent) row.classList.toggle("is-current", isCurrent);
    }

    // What wrapped rows measure in truth; whether anything moved.
    correct(anchor) {
      const was = this.heights.before(anchor);
      let moved = false;
      const measured = [...this.rows].filter(([, row]) => !row.measured).map(([number, row]) => [number, row, row.offsetHeight]);
      for (const [number, row, height] of measured) {
        row.measured = true;
        const at = number - this.lines.first;
        if (at < 0 || this.heights.each[at] === height) continue;
        this.heights.set(at, height);
        moved = true;
      }
      const change = this.heights.before(anchor) - was;
      if (change && !this.following) this.element.scrollTop += change;
      return moved;
    }

    row(number) {
      const row = document.createElement("div");
      row.className = "log-row";
      row.number = number;
      this.fill(row, this.lines.line(number));
      return row;
    }

    fill(row, line) {
      row.replaceChildren();
      const kind = line.kind & KIND;
      row.classList.toggle("is-mark", line.kind === MARK);
      row.classList.toggle("is-err", kind === STDERR);
      row.classList.toggle("is-engine", kind === ENGINE);
      row.classList.toggle("is-late", Boolean(line.kind & LATE));
      row.dataset.level = line.level ?? 0;
      if (this.timestamps) {
        const time = document.createElement("time");
        const [day, moment] = clock(line.time);
        const date = document.createElement("span");
        date.className = "log-date";
        date.textContent = day;
        time.append(date, moment);
        time.title = line.kind & LATE ? `${line.time} · ${this.words.late}` : line.time;
        row.append(time);
      }
      if (this.sources) row.append(this.badge(line.source));
      const sign = document.createElement("i");
      sign.className = "log-kind";
      if (kind === STDERR || kind === ENGINE) sign.title = kind === STDERR ? this.words.stderr : this.words.engine;
      const text = document.createElement("span");
      text.className = "log-text";
      write(text, line, line.kind === MARK ? null : this.lines.pattern);
      row.append(sign, text);
      if (line.kind & CUT) {
        const cut = document.createElement("em");
        cut.textContent = this.words.cut;
        row.append(cut);
      }
      return text;
    }

    // Of which log a line is: in words and in that log's colour.
    badge(slot) {
      const source = this.sources.of(slot);
      const badge = document.createElement("b");
      badge.className = source ? `log-source s${source.colour}` : "log-source";
      if (source) Object.assign(badge, { textContent: source.label, title: `${source.host}/${source.name}` });
      return badge;
    }

    // --- following ---
    get atEnd() {
      const { element } = this;
      return element.scrollHeight - element.scrollTop - element.clientHeight < this.heights.row;
    }

    scrolled() {
      // Only going up lets go: what grows or shrinks around the lines moves the end, and nobody scrolled.
      const wentUp = this.element.scrollTop < this.top - 1;
      this.top = this.element.scrollTop;
      this.following = !this.held && (this.atEnd || (this.following && !wentUp));
      this.draw();
    }

    follow(on = true) {
      this.following = on;
      if (on) this.element.scrollTop = this.element.scrollHeight;
      this.draw();
    }

    show(number) {
      this.current = number;
      this.following = false;
      const top = this.heights.before(number - this.lines.first);
      this.element.scrollTop = Math.max(0, top - this.element.clientHeight / 3);
      this.draw();
    }

    toStart() {
      this.following = false;
      this.element.scrollTop = 0;
      this.draw();
    }

    // --- selecting and copying: rows come and go, so the text is taken from the lines ---
    ends() {
      const selection = document.getSelection();
      if (!selection || selection.isCollapsed || !this.element.contains(selection.anchorNode)) return null;
      const ends = [[selection.anchorNode, selection.anchorOffset], [selection.focusNode, selection.focusOffset]].map(([node, offset]) => {
        const row = (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest(".log-row");
        return row ? { number: row.number, at: this.offset(row, node, offset) } : null;
      });
      if (ends.includes(null)) return null;
      return ends.sort((one, other) => one.number - other.number || one.at - other.at);
    }

    offset(row, node, offset) {
      const text = row.querySelector(".log-text");
      const range = document.createRange();
      range.setStart(text, 0);
      if (range.comparePoint(node, offset) <= 0) return range.comparePoint(node, offset) < 0 ? 0 : range.toString().length;
      range.setEnd(text, text.childNodes.length);
      if (!text.contains(node)) return range.toString().length;
      range.setEnd(node, offset);
      return range.toString().length;
    }

    selected() {
      return this.ends()?.map(({ number }) => number) ?? [];
    }

    copy(event) {
      const ends = this.ends();
      if (!ends) return;
      const [from, to] = ends;
      const texts = [];
      for (let number = Math.max(from.number, this.lines.first); number <= to.number; number++) texts.push(this.lines.line(number).text);
      if (texts.length) texts[texts.length - 1] = texts.at(-1).slice(0, to.at);
      if (texts.length && from.number >= this.lines.first) texts[0] = texts[0].slice(from.at);
      event.clipboardData.setData("text/plain", texts.join("\n"));
      event.preventDefault();
    }
  }
  Object.assign(window.quayside.logs, { View });
})();
