// One line as a row: its time, its log, its text in colours or its fields, with links and with what was found marked.
(() => {
  const { CONTINUES, CUT, KIND, LATE, MARK, stamp, unpacked, worthShowing } = window.quayside.logs;
  const STDERR = 2, ENGINE = 3;
  const CHIPS = 16; // of one row: all are shown when it is opened
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

  function stylesIn(spans) {
    if (!spans) return [];
    const numbers = spans.split(",").map(Number);
    const styles = [];
    for (let at = 0; at < numbers.length; at += 5) styles.push({ from: numbers[at], to: numbers[at + 1], style: numbers.slice(at + 2, at + 5) });
    return styles;
  }

  function write(element, text, spans, pattern) {
    const links = linksIn(text);
    const hits = hitsIn(text, pattern);
    if (!spans && !links.length && !hits.length) {
      element.textContent = text;
      return;
    }
    const styles = stylesIn(spans);
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
  const three = (number) => String(number).padStart(3, "0");
  let second = -1; // most rows share it with the one before
  let shownSecond = ["", ""];

  function clock(time) {
    const whole = Math.floor(time / 1000);
    if (whole !== second) {
      const at = new Date(time);
      second = whole;
      shownSecond = [`${two(at.getMonth() + 1)}-${two(at.getDate())} `, [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":")];
    }
    return [shownSecond[0], `${shownSecond[1]}.${three(time - whole * 1000)}`];
  }

  const UNITS = [["d", 86400], ["h", 3600], ["m", 60]];
  function ago(time) {
    const seconds = Math.max(0, Math.round((Date.now() - time) / 1000));
    const [unit, length] = UNITS.find(([, size]) => seconds >= size) ?? ["s", 1];
    return `-${Math.floor(seconds / length)}${unit}`;
  }

  const made = (tag, className, text) => {
    const element = document.createElement(tag);
    element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  class Painter {
    constructor(words) {
      Object.assign(this, { words, times: "exact", asFields: true, columns: [], sources: null, pattern: null });
    }

    // Most lines are plain text and look like the one before: then only their texts change.
    refill(row, line) {
      const isPlain = line.kind === 1 && !line.fields && !line.spans && !this.pattern && !line.text.includes("://");
      const { plain } = row;
      row.plain = null;
      if (!isPlain || !plain || plain.look !== this.look) return isPlain;
      const [day, moment] = clock(line.time);
      if (plain.day.data !== day) plain.day.data = day;
      plain.moment.data = moment;
      plain.text.data = line.text;
      if (plain.time.title) plain.time.title = "";
      if (row.dataset.level !== String(line.level)) row.dataset.level = line.level;
      if (plain.badge && plain.slot !== line.source) {
        const badge = this.badge(line.source);
        plain.badge.replaceWith(badge);
        Object.assign(plain, { badge, slot: line.source });
      }
      row.plain = plain;
      return true;
    }

    // What all plain rows have in common.
    get look() {
      return this.times === "exact" ? `${this.columns.length}` : "";
    }

    remember(row, line, text) {
      const time = row.firstChild;
      if (!this.look || !line.text || Number.isNaN(line.time)) return;
      const badge = this.sources ? time.nextSibling : null;
      const [day, moment] = [time.firstChild.firstChild, time.lastChild];
      row.plain = { look: this.look, time, day, moment, text: text.firstChild, badge, slot: line.source };
    }

    // `group`: how many lines go on with this one, and whether they are folded away.
    fill(row, line, group = null) {
      const isPlain = !group && this.refill(row, line);
      if (isPlain && row.plain) {
        row.classList.remove("is-open");
        return null;
      }
      row.plain = null;
      const kind = line.kind & KIND;
      const isMark = line.kind === MARK;
      row.className = "log-row";
      if (isMark) row.classList.add("is-mark");
      else if (kind === STDERR) row.classList.add("is-err");
      else if (kind === ENGINE) row.classList.add("is-engine");
      if (line.kind & LATE) row.classList.add("is-late");
      if (line.kind & CONTINUES) row.classList.add("is-more");
      row.dataset.level = line.level;
      const parts = [];
      if (this.times !== "off") parts.push(this.time(line));
      if (this.sources) parts.push(this.badge(line.source));
      const sign = made("i", "log-kind");
      if (kind === STDERR || kind === ENGINE) sign.title = kind === STDERR ? this.words.stderr : this.words.engine;
      parts.push(sign);
      const read = !isMark && line.fields && (this.asFields || this.columns.length) ? unpacked(line.fields) : null;
      for (const column of isMark ? [] : this.columns) parts.push(made("span", "log-cell", read?.fields.find(([key]) => key === column)?.[1] ?? ""));
      if (group) parts.push(this.fold(group));
      const text = made("span", "log-text");
      parts.push(text);
      if (read && this.asFields) {
        row.classList.add("has-fields");
        this.writeFields(text, parts, read);
      } else write(text, line.text, line.spans, isMark ? null : this.pattern);
      if (line.kind & CUT) parts.push(made("em", "", this.words.cut));
      row.replaceChildren(...parts);
      if (isPlain) this.remember(row, line, text);
      return text;
    }

    writeFields(text, parts, read) {
      write(text, read.message, "", this.pattern);
      const shown = worthShowing(read).filter(([key]) => !this.columns.includes(key));
      if (!shown.length) return;
      const chips = made("span", "log-chips");
      for (const [key, value, sign] of shown.slice(0, CHIPS)) {
        const chip = made("span", "log-chip");
        const said = made("span", sign === '"' ? "" : "log-bare");
        write(said, value, "", this.pattern);
        chip.append(made("b", "", `${key}=`), said);
        chip.field = [key, value, sign];
        chips.append(chip);
      }
      if (shown.length > CHIPS) chips.append(made("span", "log-chip-rest", `+${shown.length - CHIPS}`));
      parts.push(chips);
    }

    time(line) {
      const time = document.createElement("time");
      if (Number.isNaN(line.time)) return time;
      if (this.times === "relative") time.textContent = ago(line.time);
      else {
        const [day, moment] = clock(line.time);
        time.append(made("span", "log-date", day), moment);
      }
      return time;
    }

    title(time, line) {
      time.title = line.kind & LATE ? `${stamp(line)} · ${this.words.late}` : stamp(line);
    }

    fold({ count, folded }) {
      const button = made("button", "log-fold", `+${count}`);
      Object.assign(button, { type: "button", tabIndex: -1, title: folded ? this.words.unfold : this.words.fold });
      button.setAttribute("aria-expanded", String(!folded));
      return button;
    }

    // Of which log a line is: in words and in that log's colour.
    badge(slot) {
      const source = this.sources.of(slot);
      const badge = made("b", source ? `log-source s${source.colour}` : "log-source");
      if (source) Object.assign(badge, { textContent: source.label, title: `${source.host}/${source.name}` });
      return badge;
    }
  }
  Object.assign(window.quayside.logs, { Painter, clock, ago, made });
})();
