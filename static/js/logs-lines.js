// The lines that this page holds, oldest first, and which of them match what is looked for. Each keeps its number for good.
(() => {
  const MOST = 100000;
  const STEP = 10000; // so many go at once, for each going costs a copy
  const SLICE = 20000; // lines looked through in one go
  const MARK = 0;

  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

  class Lines {
    constructor() {
      this.clear();
      this.pattern = null;
    }

    clear() {
      Object.assign(this, { first: 0, times: [], texts: [], kinds: [], spans: [], sources: [], levels: [], hits: [], looked: 0, longest: 0 });
    }

    get length() {
      return this.texts.length;
    }

    get end() {
      return this.first + this.texts.length;
    }

    // One line by its number.
    line(number) {
      const at = number - this.first;
      return { time: this.times[at], text: this.texts[at], kind: this.kinds[at], spans: this.spans[at], source: this.sources[at], level: this.levels[at] };
    }

    add(batch) {
      for (let at = 0; at < batch.texts.length; at++) {
        this.times.push(batch.times[at]);
        this.texts.push(batch.texts[at]);
        this.kinds.push(batch.kinds[at]);
        this.spans.push(batch.spans[at]);
        this.sources.push(batch.sources?.[at] ?? -1);
        this.levels.push(batch.levels?.[at] ?? 0);
        if (batch.texts[at].length > this.longest) this.longest = batch.texts[at].length;
      }
    }

    // What happened to the log, as a line in its place.
    mark(text) {
      this.add({ times: [""], texts: [text], kinds: [MARK], spans: [null] });
    }

    // How many of the oldest must go.
    surplus() {
      return this.length > MOST + STEP ? this.length - MOST : 0;
    }

    drop(count) {
      for (const name of ["times", "texts", "kinds", "spans", "sources", "levels"]) this[name] = this[name].slice(count);
      this.first += count;
      this.looked = Math.max(this.looked, this.first);
      const gone = this.hits.findIndex((number) => number >= this.first);
      this.hits = gone === -1 ? [] : this.hits.slice(gone);
    }

    // Capitals count only where somebody typed one.
    lookFor(text) {
      this.pattern = text ? new RegExp(escaped(text), text === text.toLowerCase() ? "giu" : "gu") : null;
      this.hits = [];
      this.looked = this.first;
    }

    // Look through the next slice; whether there is more to look through.
    look() {
      if (!this.pattern) return false;
      const stop = Math.min(this.end, this.looked + SLICE);
      for (let number = this.looked; number < stop; number++) {
        this.pattern.lastIndex = 0;
        if (this.kinds[number - this.first] !== MARK && this.pattern.test(this.texts[number - this.first])) this.hits.push(number);
      }
      this.looked = stop;
      return stop < this.end;
    }

    // The nearest hit in a direction, around the ends.
    hit(from, step) {
      if (!this.hits.length) return -1;
      let low = 0;
      let high = this.hits.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.hits[middle] < from + (step > 0 ? 1 : 0)) low = middle + 1;
        else high = middle;
      }
      return (step > 0 ? low : low - 1 + this.hits.length) % this.hits.length;
    }
  }
  Object.assign(window.quayside.logs, { Lines, MARK });
})();
