// Which of the lines that this page shows hold what is looked for? A slice at a time, so that the page stays quick.
(() => {
  const { MARK } = window.quayside.logs;
  const SLICE = 20000;
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

  class Finder {
    constructor(lines, shown) {
      Object.assign(this, { lines, shown, pattern: null, hits: [], looked: 0 });
    }

    // Capitals count only where somebody typed one.
    lookFor(text) {
      this.pattern = text ? new RegExp(escaped(text), text === text.toLowerCase() ? "giu" : "gu") : null;
      this.again();
    }

    again() {
      this.hits = [];
      this.looked = this.lines.first;
    }

    // Look through the next slice; whether there is more to look through.
    look() {
      if (!this.pattern) return false;
      const { lines, shown } = this;
      this.looked = Math.max(this.looked, lines.first);
      const stop = Math.min(shown.end, this.looked + SLICE);
      for (let number = this.looked; number < stop; number++) {
        const block = lines.block(number);
        const at = number - block.first;
        if (block.kinds[at] === MARK || !shown.wants(block, at)) continue;
        this.pattern.lastIndex = 0;
        if (this.pattern.test(block.texts.at(at))) this.hits.push(number);
      }
      this.looked = stop;
      return stop < shown.end;
    }

    trim() {
      const gone = this.hits.findIndex((number) => number >= this.lines.first);
      if (gone) this.hits = gone === -1 ? [] : this.hits.slice(gone);
    }

    // How many hits come before a line.
    before(number) {
      let low = 0;
      let high = this.hits.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.hits[middle] < number) low = middle + 1;
        else high = middle;
      }
      return low;
    }

    // The how manieth hit a line is; -1 when it is none.
    place(number) {
      const at = this.before(number);
      return this.hits[at] === number ? at : -1;
    }

    // The nearest hit in a direction, around the ends; -1 when there is none.
    next(from, step) {
      if (!this.hits.length) return -1;
      const low = this.before(from + (step > 0 ? 1 : 0));
      return this.hits[(step > 0 ? low : low - 1 + this.hits.length) % this.hits.length];
    }
  }

  // The box for it, and the way from hit to hit.
  class FindBox {
    constructor(input, found, view, words) {
      Object.assign(this, { input, found, view, words, searching: 0, typing: 0 });
      input.addEventListener("input", () => {
        clearTimeout(this.typing);
        this.typing = setTimeout(() => this.typed(), 80);
      });
      input.addEventListener("keydown", (event) => this.keydown(event));
    }

    get finder() {
      return this.view.finder;
    }

    typed() {
      const { view, finder } = this;
      view.current = -1;
      finder.lookFor(this.input.value);
      view.painter.pattern = finder.pattern;
      view.forget();
      view.draw();
      this.on();
    }

    // Other lines are shown: look through them.
    again() {
      this.finder.lookFor(this.input.value);
      this.on();
    }

    // Look on, in what came since.
    on() {
      if (this.searching || !this.finder.pattern) return this.say();
      const go = () => {
        this.searching = this.finder.look() ? setTimeout(go, 0) : 0;
        this.say();
      };
      go();
      return undefined;
    }

    say() {
      const { finder, view, words, found } = this;
      if (!finder.pattern) found.textContent = "";
      else if (!finder.hits.length) found.textContent = words.noHits;
      else {
        const at = finder.place(view.current);
        found.textContent = window.quayside.say(words.hits, at === -1 ? "–" : at + 1, finder.hits.length);
      }
    }

    step(direction) {
      const { finder, view } = this;
      finder.trim();
      if (!finder.hits.length) return;
      const from = finder.place(view.current) !== -1 ? view.current : direction > 0 ? view.lines.first - 1 : view.lines.end;
      view.reveal(finder.next(from, direction));
      this.say();
    }

    keydown(event) {
      if (event.key === "Enter") this.step(event.shiftKey ? 1 : -1);
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      if (event.key === "Escape") {
        this.input.value = "";
        this.typed();
        this.view.element.focus();
      }
    }
  }
  Object.assign(window.quayside.logs, { Finder, FindBox });
})();
