// Where does each row stand? All of one height, or each of its own (a Fenwick tree: 200,000 rows, and no sum over all of them).
(() => {
  class Heights {
    constructor(row) {
      this.row = row;
      this.uniform = true;
      this.count = 0;
      this.each = [];
      this.tree = [0];
    }

    // Every row anew; without `of`, all have the same height.
    reset(count, of = null) {
      this.count = count;
      this.uniform = of === null;
      this.each = [];
      this.tree = [0];
      if (this.uniform) return;
      for (let at = 0; at < count; at++) this.each.push(of(at));
      this.rebuild();
    }

    rebuild() {
      this.tree = [0, ...this.each];
      for (let at = 1; at < this.tree.length; at++) {
        const above = at + (at & -at);
        if (above < this.tree.length) this.tree[above] += this.tree[at];
      }
    }

    push(height) {
      this.count++;
      if (this.uniform) return;
      this.each.push(height);
      const at = this.each.length;
      this.tree.push(this.sum(at - 1) - this.sum(at - (at & -at)) + height);
    }

    set(index, height) {
      const change = height - this.each[index];
      if (!change) return;
      this.each[index] = height;
      for (let at = index + 1; at < this.tree.length; at += at & -at) this.tree[at] += change;
    }

    // Forget the first rows: how much height goes with them.
    drop(count) {
      const height = this.before(count);
      this.count -= count;
      if (!this.uniform) {
        this.each = this.each.slice(count);
        this.rebuild();
      }
      return height;
    }

    sum(at) {
      let total = 0;
      for (; at > 0; at -= at & -at) total += this.tree[at];
      return total;
    }

    // The height of everything before a row: where it begins.
    before(index) {
      return this.uniform ? index * this.row : this.sum(index);
    }

    get total() {
      return this.before(this.count);
    }

    // The row that stands at this height.
    find(y) {
      if (this.uniform) return Math.max(0, Math.min(this.count - 1, Math.floor(y / this.row)));
      let at = 0;
      let step = 1;
      while (step * 2 < this.tree.length) step *= 2;
      for (; step; step >>= 1) {
        if (at + step < this.tree.length && this.tree[at + step] <= y) {
          at += step;
          y -= this.tree[at];
        }
      }
      return Math.max(0, Math.min(this.count - 1, at));
    }
  }
  window.quayside.logs = { ...window.quayside.logs, Heights };
})();
