// How many lines of which level came when: bars above the lines, of what this page holds. A period chosen there narrows the view.
(() => {
  const { say, logs: { MARK, clock } } = window.quayside;
  const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400, 172800, 604800, 2592000];
  const BARS = 120;
  const PAUSE = 250; // milliseconds between two drawings
  // From the bottom: the worst stands on the ground, where it is compared best. Levels that are drawn alike are one part.
  const PARTS = [
    { levels: [6, 5], token: "--qs-bad", texture: "full" },
    { levels: [4], token: "--qs-warn", texture: "stripes" },
    { levels: [3], token: "--qs-busy", texture: "dots" },
    { levels: [2, 1], token: "--qs-idle", texture: "lines" },
    { levels: [0], token: "--qs-idle", texture: "pale" },
  ];
  const PART_OF = [4, 3, 3, 2, 1, 0, 0];

  class Histogram {
    // `choose(period)` narrows the view; null shows all again.
    constructor(element, lines, shown, words, choose) {
      Object.assign(this, { element, lines, shown, words, choose, from: -1, to: -1, asked: 0 });
      this.canvas = element.querySelector("canvas");
      this.note = element.querySelector("output");
      this.clearer = element.querySelector("button");
      this.clearer.addEventListener("click", () => this.clear());
      for (const type of ["pointerdown", "pointermove", "pointerup", "pointercancel", "pointerleave"]) this.canvas.addEventListener(type, (event) => this[type](event));
      this.canvas.addEventListener("keydown", (event) => this.keydown(event));
      this.canvas.addEventListener("blur", () => this.point(-1));
      new ResizeObserver(() => this.draw()).observe(this.canvas);
      new MutationObserver(() => this.draw()).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
      lines.ondrop = (block) => this.drop(block);
      this.at = -1;
      this.again();
    }

    // --- counting: buckets of one width, by their number since 1970 ---
    again() {
      this.buckets = new Map();
      this.step = this.step ?? STEPS[0];
      this.first = Infinity;
      this.last = -Infinity;
      this.end = this.lines.first;
      this.grow();
    }

    grow() {
      const { lines } = this;
      this.end = Math.max(this.end, lines.first);
      while (this.end < lines.end) {
        const block = lines.block(this.end);
        this.count(block, this.end - block.first, block.count, 1);
        this.end = block.first + block.count;
      }
      this.soon();
    }

    count(block, from, to, by) {
      const { passes } = this.shown;
      const width = this.step * 1000;
      for (let at = from; at < to; at++) {
        const kind = block.kinds[at];
        const time = block.times[at];
        if (kind === MARK || Number.isNaN(time)) continue;
        if (passes && !passes(kind, block.levels[at], block.sources[at])) continue;
        const bucket = Math.floor(time / width);
        let counts = this.buckets.get(bucket);
        if (!counts) this.buckets.set(bucket, (counts = new Uint32Array(PARTS.length)));
        counts[PART_OF[block.levels[at]]] += by;
        if (bucket < this.first) this.first = bucket;
        if (bucket > this.last) this.last = bucket;
      }
    }

    drop(block) {
      this.count(block, 0, Math.min(block.count, Math.max(0, this.end - block.first)), -1);
      this.stale = true;
    }

    // Narrow enough to show what happened, and wide enough for all to have room.
    fit() {
      if (this.stale) {
        for (const [bucket, counts] of this.buckets) if (counts.every((count) => !count)) this.buckets.delete(bucket);
        this.first = Math.min(...this.buckets.keys());
        this.stale = false;
      }
      const seconds = (this.last - this.first + 1) * this.step;
      if (!(seconds > 0)) return;
      const step = STEPS.find((each) => seconds / each <= BARS) ?? Math.ceil(seconds / BARS);
      if (step > this.step || (step < this.step && seconds / this.step < BARS / 4)) {
        this.step = step;
        this.again();
      }
    }

    // --- drawing ---
    soon() {
      this.asked ||= setTimeout(() => {
        this.asked = 0;
        if (!document.hidden) this.draw();
      }, PAUSE);
    }

    get bars() {
      return this.last >= this.first ? this.last - this.first + 1 : 0;
    }

    draw() {
      this.fit();
      const { canvas } = this;
      const [width, height, scale] = [canvas.clientWidth, canvas.clientHeight, devicePixelRatio || 1];
      this.element.classList.toggle("is-bare", this.bars < 2 && !this.shown.period);
      this.describe();
      if (!width || !height) return;
      if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
        canvas.width = Math.round(width * scale);
        canvas.height = Math.round(height * scale);
      }
      const pen = canvas.getContext("2d");
      pen.setTransform(scale, 0, 0, scale, 0, 0);
      pen.clearRect(0, 0, width, height);
      this.bar = Math.min(24, width / Math.max(1, this.bars));
      this.ground(pen, height);
      const most = Math.max(1, ...[...this.buckets.values()].map((counts) => counts.reduce((sum, count) => sum + count, 0)));
      const inks = this.inks(pen);
      for (const [bucket, counts] of this.buckets) this.drawBar(pen, (bucket - this.first) * this.bar, counts, (height - 2) / most, height, inks);
    }

    drawBar(pen, x, counts, unit, height, inks) {
      let y = height;
      for (let part = 0; part < PARTS.length; part++) {
        if (!counts[part]) continue;
        const tall = Math.max(part === 0 ? 2 : 1, counts[part] * unit);
        pen.fillStyle = inks[part];
        pen.fillRect(x, y - tall, Math.max(1, this.bar - 1), tall);
        y -= tall;
      }
    }

    // What is chosen, or being chosen, and where the keyboard or pointer is.
    ground(pen, height) {
      const style = getComputedStyle(this.element);
      const [from, to] = this.chosen();
      if (from >= 0) {
        pen.fillStyle = style.getPropertyValue("--qs-accent-tint");
        pen.fillRect(from * this.bar, 0, (to - from + 1) * this.bar, height);
      }
      if (this.at >= 0) {
        pen.strokeStyle = style.getPropertyValue("--qs-accent");
        pen.strokeRect(this.at * this.bar + 0.5, 0.5, Math.max(1, this.bar - 1), height - 1);
      }
    }

    chosen() {
      if (this.from >= 0) return [Math.min(this.from, this.to), Math.max(this.from, this.to)];
      const { period } = this.shown;
      if (!period) return [-1, -1];
      const width = this.step * 1000;
      return [Math.floor(period[0] / width) - this.first, Math.ceil(period[1] / width) - this.first - 1];
    }

    inks(pen) {
      const style = getComputedStyle(this.element);
      return PARTS.map(({ token, texture }) => {
        const colour = style.getPropertyValue(token);
        if (texture === "full") return colour;
        const tile = new OffscreenCanvas(4, 4);
        const brush = tile.getContext("2d");
        brush.fillStyle = brush.strokeStyle = colour;
        brush.globalAlpha = texture === "pale" ? 0.3 : 0.5;
        brush.fillRect(0, 0, 4, 4);
        brush.globalAlpha = 1;
        if (texture === "stripes") brush.fillRect(0, 0, 4, 2);
        if (texture === "dots") brush.fillRect(1, 1, 2, 2);
        if (texture === "lines") brush.fillRect(0, 0, 1, 4);
        return pen.createPattern(tile, "repeat");
      });
    }

    // --- in words ---
    label(bar) {
      const [day, moment] = clock((this.first + bar) * this.step * 1000);
      const text = this.step < 86400 ? moment.slice(0, 8) : day.trim();
      return this.step < 3600 ? text : `${day}${text}`;
    }

    // What stands at a bar: "10:02:11: 34 lines, 3 errors, 1 warning".
    said(bar) {
      const counts = this.buckets.get(this.first + bar) ?? new Uint32Array(PARTS.length);
      const all = counts.reduce((sum, count) => sum + count, 0);
      const grave = [counts[0] && `${counts[0].toLocaleString()} ${this.words.error}`, counts[1] && `${counts[1].toLocaleString()} ${this.words.warn}`];
      return [`${this.label(bar)}: ${say(this.words.lines, all)}`, ...grave.filter(Boolean)].join(", ");
    }

    describe() {
      const { period } = this.shown;
      this.clearer.hidden = !period;
      if (period) this.clearer.querySelector("span").textContent = `${clock(period[0])[1].slice(0, 8)} – ${clock(period[1])[1].slice(0, 8)}`;
      const bar = this.at >= 0 ? this.at : this.bars - 1;
      this.canvas.setAttribute("aria-valuemax", String(Math.max(0, this.bars - 1)));
      this.canvas.setAttribute("aria-valuenow", String(Math.max(0, bar)));
      this.canvas.setAttribute("aria-valuetext", this.bars ? this.said(bar) : this.words.noLines);
      const [from, to] = this.from >= 0 ? this.chosen() : [-1, -1];
      this.note.textContent = from >= 0 && to > from ? `${this.label(from)} – ${this.label(to + 1)}` : this.at >= 0 ? this.said(this.at) : "";
    }

    point(bar) {
      this.at = bar;
      if (bar < 0) this.from = this.to = -1;
      this.draw();
    }

    // --- choosing ---
    under(event) {
      const bar = Math.floor((event.clientX - this.canvas.getBoundingClientRect().left) / this.bar);
      return Math.max(0, Math.min(this.bars - 1, bar));
    }

    pointerdown(event) {
      if (!this.bars || event.button) return;
      this.canvas.setPointerCapture(event.pointerId);
      this.from = this.to = this.under(event);
      this.point(this.to);
    }

    pointermove(event) {
      if (!this.bars) return;
      const bar = this.under(event);
      if (this.from >= 0 && event.buttons) this.to = bar;
      this.point(bar);
    }

    pointerup() {
      if (this.from >= 0) this.apply();
    }

    pointercancel() {
      this.point(-1);
    }

    pointerleave(event) {
      if (!event.buttons) this.point(-1);
    }

    apply() {
      const [from, to] = this.chosen();
      const width = this.step * 1000;
      this.from = this.to = -1;
      this.choose([(this.first + from) * width, (this.first + to + 1) * width]);
      this.draw();
    }

    clear() {
      this.from = this.to = -1;
      if (this.shown.period) this.choose(null);
      this.canvas.focus();
      this.draw();
    }

    keydown(event) {
      const last = this.bars - 1;
      const now = this.at >= 0 ? this.at : last;
      const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last, PageUp: now - 10, PageDown: now + 10 }[event.key];
      if (to !== undefined && this.bars) {
        const bar = Math.max(0, Math.min(last, to));
        if (!event.shiftKey) this.from = this.to = -1;
        else if (this.from < 0) this.from = now;
        if (event.shiftKey) this.to = bar;
        this.point(bar);
      } else if (event.key === "Enter" && this.bars) {
        if (this.from < 0) this.from = this.to = now;
        this.apply();
      } else if (event.key === "Escape") this.clear();
      else return;
      event.preventDefault();
      event.stopPropagation();
    }
  }
  Object.assign(window.quayside.logs, { Histogram });
})();
