// Draws the rows that can be seen, and no others. Follows the newest line until somebody scrolls away from it.
(() => {
  const { Heights, ago } = window.quayside.logs;
  const BEYOND = 20; // rows drawn above and below what can be seen
  const QUICK = 100; // milliseconds: what is drawn again within is in motion

  class View {
    constructor(element, lines, shown, painter) {
      Object.assign(this, { element, lines, shown, painter, wrap: false, following: true, current: -1, top: 0, height: 0, columns: 0 });
      this.space = document.createElement("div");
      this.space.className = "log-space";
      // Its size is that of an element without children: to change it costs the style of no row.
      this.extent = document.createElement("div");
      this.space.append(this.extent);
      element.append(this.space);
      this.heights = new Heights(this.lineHeight());
      this.rows = new Map();
      this.open = new Map(); // what is said below a row that was opened, by the number of its line
      this.asked = false;
      this.drawn = 0;
      this.isMixed = false;
      this.onchange = () => {};
      element.addEventListener("pointerdown", () => this.isMixed && this.sort());
      element.addEventListener("pointerover", ({ target }) => this.title(target.closest("time")));
      element.addEventListener("scroll", () => this.scrolled(), { passive: true });
      new ResizeObserver(() => this.resized()).observe(element);
      setInterval(() => document.hidden || this.refreshTimes(), 1000);
    }

    lineHeight() {
      return Math.round(parseFloat(getComputedStyle(this.element).lineHeight)) || 20;
    }

    // Draw at the next frame. What somebody presses does not go away from under the pointer.
    draw() {
      if (this.asked) return;
      this.asked = true;
      requestAnimationFrame(() => {
        this.asked = false;
        if (this.following && this.pressed) window.quayside.released().then(() => this.draw());
        else this.drawNow();
      });
    }

    get pressed() {
      return window.quayside.pressed()?.closest(".log-row");
    }

    resized() {
      if (this.element.clientHeight) this.again(false);
    }

    // Everything anew: another width, another way to show it, other rows. Whoever reads something keeps it in sight.
    again(rows = true) {
      const { heights, shown, element } = this;
      const row = heights.count ? heights.find(element.scrollTop) : 0;
      const [number, offset] = [this.anchor ?? shown.number(row), element.scrollTop - heights.before(row)];
      if (rows) this.forget();
      this.height = element.clientHeight;
      this.heights.row = this.lineHeight();
      this.measureColumns();
      this.resize();
      if (!this.following) this.scrollTo(heights.before(Math.min(shown.row(number), shown.length)) + (this.anchor === undefined ? offset : 0));
      this.draw();
    }

    // Other lines are shown: `change` chooses them, and what was read stays in sight.
    choose(change) {
      this.anchor = this.shown.length ? this.shown.number(Math.min(this.heights.find(this.element.scrollTop), this.shown.length - 1)) : 0;
      change();
      this.again();
      this.anchor = undefined;
    }

    resize() {
      const plain = !this.wrap && !this.open.size;
      this.heights.reset(this.shown.length, plain ? null : (row) => this.guess(row));
    }

    forget() {
      for (const row of this.rows.values()) row.remove();
      this.rows.clear();
    }

    // Show other lines altogether.
    stand({ lines, shown, finder }) {
      Object.assign(this, { lines, shown, finder, current: -1 });
      this.open.clear();
      this.anchor = undefined;
      this.again();
    }

    // The lines have grown; with `grow` false only the oldest may have gone.
    grown(grow = true) {
      const { lines, shown, heights } = this;
      if (lines.trim()) {
        for (const number of this.open.keys()) if (number < lines.first) this.open.delete(number);
        const height = heights.drop(shown.trim());
        if (!this.following) this.scrollTo(this.element.scrollTop - height);
      }
      if (grow) shown.grow();
      while (heights.count < shown.length) heights.push(heights.uniform ? 0 : this.guess(heights.count));
      this.draw();
    }

    measureColumns() {
      if (!this.probe) {
        this.probe = document.createElement("div");
        this.space.append(this.probe);
      }
      this.probe.plain = null;
      const text = this.painter.fill(this.probe, { time: 0, nanos: 0, text: "0".repeat(100), kind: 1, spans: "", fields: "", level: 0, source: -1 });
      this.probe.classList.add("log-probe");
      const letter = text.getBoundingClientRect().width / 100;
      const room = this.element.clientWidth - (text.getBoundingClientRect().left - this.probe.getBoundingClientRect().left) - 12;
      this.element.style.setProperty("--log-room", `${this.element.clientWidth - 16}px`);
      this.letter = letter;
      this.columns = Math.max(8, Math.floor(room / letter));
      this.before = this.element.clientWidth - room;
    }

    guess(row) {
      const number = this.shown.number(row);
      const lines = this.wrap ? Math.max(1, Math.ceil(this.lines.width(number, this.painter.asFields) / this.columns)) : 1;
      return this.heights.row * lines + (this.open.has(number) ? 10 * this.heights.row : 0);
    }

    drawNow() {
      const { element, heights, shown } = this;
      if (!this.columns || !this.height) this.again();
      // Asked before anything changes: later it would cost a layout.
      let at = this.following ? 0 : element.scrollTop;
      this.size();
      if (!shown.length) this.forget();
      for (let round = 0; round < 3 && shown.length; round++) {
        if (this.following) at = Math.max(0, heights.total - this.height);
        const top = heights.find(at);
        const bottom = heights.find(at + this.height);
        this.keep(Math.max(0, top - BEYOND), Math.min(shown.length - 1, bottom + BEYOND));
        if (heights.uniform || !this.correct(top)) break;
        this.size();
        at = element.scrollTop;
      }
      if (this.following) this.toEnd();
      this.bringIn();
      this.onchange();
    }

    // What was opened at the lower edge: as much of it as there is room for, its line included.
    bringIn() {
      const { element, heights, shown, opened } = this;
      if (opened === undefined || !this.rows.get(opened)?.measured) return; // not drawn yet
      this.opened = undefined;
      const row = shown.row(opened);
      const beyond = heights.before(row + 1) - element.scrollTop - element.clientHeight;
      if (beyond <= 0) return;
      this.scrollTo(element.scrollTop + Math.min(beyond, heights.before(row) - element.scrollTop));
      this.draw();
    }

    size() {
      const height = `${this.heights.total}px`;
      const width = this.wrap ? "" : `${Math.ceil(this.before + Math.min(this.lines.longest, 100000) * this.letter)}px`;
      const { style } = this.extent;
      if (style.height !== height) style.height = height;
      if (style.width !== width) style.width = width;
    }

    // Without asking for a layout; the browser holds it to the end.
    toEnd() {
      const end = Math.max(0, this.heights.total - this.height);
      if (this.ended !== end || this.element.scrollTop < end - 1) this.element.scrollTop = end + this.height;
      this.ended = end;
      this.top = end;
    }

    // The rows of these and no others, but for the two that hold a selection. Where frame follows frame, rows that went out of sight are
    // filled anew where they stand: to put elements in or take them out costs the style of all. Their order is mended afterwards.
    keep(from, to) {
      const { shown } = this;
      const held = this.selection?.selected() ?? [];
      const [lowest, highest] = [shown.number(from), shown.number(to)];
      const isQuick = performance.now() - this.drawn < QUICK && !held.length;
      this.drawn = performance.now();
      if (!isQuick && this.isMixed) this.sort();
      const { rows } = this;
      const free = [];
      for (const [number, row] of rows) {
        if ((number < lowest || number > highest || !shown.has(number)) && !held.includes(number)) free.push([number, row]);
      }
      if (!isQuick) this.release(free.splice(0));
      let after = null;
      for (let at = to; at >= from; at--) {
        const number = shown.number(at);
        let row = rows.get(number);
        if (!row) {
          row = this.row(number, after, free.pop());
          rows.set(number, row);
        } else if (row.group !== shown.groups.get(number)) this.fill(row, number);
        this.place(at, number, row);
        after = row;
      }
      if (free.length > BEYOND) this.release(free);
      for (const number of held) if (rows.has(number) && shown.has(number)) this.place(shown.row(number), number, rows.get(number));
    }

    row(number, after, free) {
      if (!free) this.isMixed ||= !after && this.rows.size > 0 && [...this.rows.keys()].some((other) => other > number);
      const row = free ? free[1] : document.createElement("div");
      if (free) {
        this.rows.delete(free[0]);
        this.isMixed = true;
        clearTimeout(this.sorting);
        this.sorting = setTimeout(() => this.tidy(), 3 * QUICK);
      }
      row.number = number;
      row.top = undefined;
      this.fill(row, number);
      if (!free) this.space.insertBefore(row, after);
      return row;
    }

    release(free) {
      for (const [number, row] of free) {
        row.remove();
        this.rows.delete(number);
      }
    }

    // Rows in the order of their lines: for whoever selects, copies or listens. The one that is pressed stays where it is and the
    // others go around it: a press on what is then moved is no click.
    sort() {
      this.isMixed = false;
      this.rows = new Map([...this.rows].sort(([one], [other]) => one - other));
      const sorted = [...this.rows.values()];
      const { pressed } = this;
      const at = sorted.indexOf(pressed);
      if (at < 0) return this.space.append(...sorted);
      pressed.before(...sorted.slice(0, at));
      return pressed.after(...sorted.slice(at + 1));
    }

    tidy() {
      if (this.isMixed && !this.selection?.isOpen) this.draw();
    }

    place(at, number, row) {
      const top = this.heights.before(at);
      if (row.top !== top) row.style.transform = `translateY(${top}px)`;
      row.top = top;
      const isCurrent = number === this.current;
      if (row.classList.contains("is-current") !== isCurrent) row.classList.toggle("is-current", isCurrent);
    }

    // What rows measure in truth that wrap or are open; whether anything moved.
    correct(anchor) {
      const { heights, shown } = this;
      const was = heights.before(anchor);
      let moved = false;
      const measured = [...this.rows].filter(([, row]) => !row.measured && (this.wrap || row.opened)).map(([number, row]) => [number, row, row.offsetHeight]);
      for (const [number, row, height] of measured) {
        row.measured = true;
        if (!shown.has(number)) continue;
        const at = shown.row(number);
        if (heights.each[at] === height) continue;
        heights.set(at, height);
        moved = true;
      }
      const change = heights.before(anchor) - was;
      if (change && !this.following) this.scrollTo(this.element.scrollTop + change);
      return moved;
    }

    fill(row, number) {
      const { shown } = this;
      const count = shown.groups.get(number);
      if (row.opened) row.plain = null;
      this.painter.fill(row, this.lines.line(number), count ? { count, folded: shown.isFolded(number) } : null);
      const opened = this.open.get(number);
      Object.assign(row, { group: count, measured: false, opened: Boolean(opened) });
      if (!opened) return;
      row.classList.add("is-open");
      row.append(opened);
    }

    // Show something below a line, or take it away again.
    unfold(number, element) {
      if (element) this.open.set(number, element);
      else this.open.delete(number);
      this.following = this.following && this.shown.row(number) < this.shown.length - 1 && !element;
      const row = this.rows.get(number);
      if (row) this.fill(row, number);
      this.opened = element ? number : undefined;
      this.again(false);
    }

    // The whole timestamp, when somebody points at a time.
    title(time) {
      const row = time?.parentElement;
      if (row?.number >= this.lines.first) this.painter.title(time, this.lines.line(row.number));
    }

    refreshTimes() {
      if (this.painter.times !== "relative") return;
      for (const [number, row] of this.rows) {
        const time = this.lines.first <= number ? this.lines.time(number) : NaN;
        if (!Number.isNaN(time) && row.firstChild.textContent !== ago(time)) row.firstChild.textContent = ago(time);
      }
    }

    // --- following and moving ---
    get atEnd() {
      const { element } = this;
      return element.scrollHeight - element.scrollTop - element.clientHeight < this.heights.row;
    }

    scrollTo(top) {
      this.element.scrollTop = top;
      this.top = this.element.scrollTop;
    }

    scrolled() {
      // Only going up lets go, and only going down to the end takes hold again: what grows or shrinks around the lines, or is
      // opened below one, moves the end, and nobody scrolled.
      const down = this.element.scrollTop - this.top;
      this.top = this.element.scrollTop;
      if (down) this.opened = undefined; // somebody looks elsewhere
      this.following = !this.held && (this.following ? down >= -1 || this.atEnd : down > 0 && this.atEnd);
      this.draw();
    }

    follow(on = true) {
      this.following = on;
      this.draw();
    }

    // Bring a line into sight and mark it.
    show(number) {
      this.current = number;
      this.following = false;
      const top = this.heights.before(Math.min(this.shown.row(number), this.shown.length));
      const [from, height] = [this.element.scrollTop, this.height];
      this.size();
      if (top < from + height / 8 || top > from + height - height / 8) this.scrollTo(Math.max(0, top - height / 3));
      this.draw();
    }

    // The same, where its group may be folded.
    reveal(number) {
      const head = this.shown.has(number) ? -1 : this.shown.headOf(number);
      if (head >= 0 && this.shown.isFolded(head)) this.choose(() => this.shown.fold(head));
      this.show(number);
    }

    // The next line above or below the marked one.
    step(by) {
      const { shown, heights } = this;
      if (!shown.length) return;
      const at = shown.has(this.current) ? shown.row(this.current) + by : heights.find(this.element.scrollTop + (by > 0 ? 0 : this.height - 1));
      this.show(shown.number(Math.max(0, Math.min(shown.length - 1, at))));
    }

    toStart() {
      this.following = false;
      this.element.scrollTop = 0;
      this.draw();
    }
  }
  Object.assign(window.quayside.logs, { View });
})();
