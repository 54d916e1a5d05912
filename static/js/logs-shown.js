// Which lines are shown, and in which row each stands: all of them, or those that pass what was chosen and are not folded away.
(() => {
  const { MARK, CONTINUES, KIND } = window.quayside.logs;
  const SPARE = 1 << 16; // rows that are gone before their room is given back

  class Shown {
    constructor(lines) {
      this.lines = lines;
      this.passes = null; // of a line's kind, level, source and time: whether it is shown; null shows all
      this.period = null; // [from, to) in milliseconds; of the lines without a time those are shown that stand in it
      this.folds = false; // whether what goes on with the line above is folded away,
      this.odd = new Set(); // but for the groups that begin with these lines
      this.reset();
    }

    // Everything anew.
    reset() {
      this.list = this.passes || this.period || this.folds || this.odd.size ? [] : null;
      this.begin = 0;
      this.first = this.end = this.lines.first;
      this.groups = new Map(); // how many lines go on with one, by the number of that one
      this.head = -1;
      this.last = null;
      this.grow();
    }

    get length() {
      return this.list ? this.list.length - this.begin : this.end - this.first;
    }

    get narrows() {
      return Boolean(this.passes || this.period);
    }

    number(row) {
      return this.list ? this.list[this.begin + row] : this.first + row;
    }

    // The row of a line; that of the next one which is shown, if it is not.
    row(number) {
      if (!this.list) return number - this.first;
      let low = this.begin;
      let high = this.list.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.list[middle] < number) low = middle + 1;
        else high = middle;
      }
      return low - this.begin;
    }

    has(number) {
      const row = this.row(number);
      return number >= this.lines.first && row < this.length && this.number(row) === number;
    }

    // Take in the lines that came since.
    grow() {
      const { lines } = this;
      while (this.end < lines.end) {
        const block = lines.block(this.end);
        const stop = Math.min(block.count, lines.end - block.first);
        for (let at = this.end - block.first; at < stop; at++) this.take(block, at);
        this.end = block.first + stop;
      }
    }

    take(block, at) {
      const number = block.first + at;
      if (!this.wants(block, at)) return;
      const kind = block.kinds[at];
      const source = block.sources[at];
      const goesOn = kind & CONTINUES && this.head >= 0 && this.last.kind === (kind & KIND) && this.last.source === source;
      if (goesOn) this.groups.set(this.head, (this.groups.get(this.head) ?? 0) + 1);
      else {
        this.head = kind === MARK ? -1 : number;
        this.last = { kind: kind & KIND, source };
      }
      if (this.list && (!goesOn || !this.isFolded(this.head))) this.list.push(number);
    }

    wants(block, at) {
      const { period } = this;
      if (period) {
        let above = at;
        while (above > 0 && Number.isNaN(block.times[above])) above--;
        if (!(block.times[above] >= period[0] && block.times[above] < period[1])) return false;
      }
      return !this.passes || this.passes(block.kinds[at], block.levels[at], block.sources[at]);
    }

    // Forget the rows of lines that are gone: how many went.
    trim() {
      const { lines, list } = this;
      const before = this.length;
      this.end = Math.max(this.end, lines.first);
      if (list) {
        while (this.begin < list.length && list[this.begin] < lines.first) this.begin++;
        const now = list.length - this.begin;
        if (this.begin > SPARE) {
          this.list = list.slice(this.begin);
          this.begin = 0;
        }
        this.forget();
        return before - now;
      }
      const gone = Math.min(before, lines.first - this.first);
      this.first = lines.first;
      this.forget();
      return gone;
    }

    forget() {
      for (const head of this.groups.keys()) {
        if (head >= this.lines.first) break;
        this.groups.delete(head);
        this.odd.delete(head);
      }
    }

    // --- groups ---
    isFolded(head) {
      return this.folds !== this.odd.has(head);
    }

    fold(head) {
      if (!this.odd.delete(head)) this.odd.add(head);
      this.reset();
    }

    foldAll(on) {
      this.folds = on;
      this.odd.clear();
      this.reset();
    }

    // The line that a line goes on with, if it is folded away.
    headOf(number) {
      for (let above = number; above >= this.lines.first; above--) if (this.groups.has(above)) return above;
      return -1;
    }
  }
  Object.assign(window.quayside.logs, { Shown });
})();
