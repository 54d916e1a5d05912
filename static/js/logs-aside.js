// Lines from elsewhere (what stood around a hit or a moment) in the place of those that come, until somebody goes back.
(() => {
  class Aside {
    // `make` makes an empty set of lines, what is shown of them and a finder; `find` looks through what stands there; `said` is
    // called when other lines stand there.
    constructor(box, view, worker, { make, find, said }) {
      Object.assign(this, { box, view, worker, make, find, said, set: null, awaited: new Map(), named: 0 });
      this.bar = document.getElementById("log-aside");
    }

    // `data` is a batch as a socket sends it, `sources` the keys of what wrote them or `source` the one. Marks the line at `at`, or
    // the one that `pick(lines, number)` tells for it. Fulfilled when they stand there.
    show(data, { label, at, append = false, pick, source, sources } = {}) {
      return new Promise((done) => {
        const name = ++this.named;
        this.awaited.set(name, { label, at, append, pick, done });
        this.worker.postMessage({ type: "decode", data, name, key: source, keys: sources });
      });
    }

    // What the worker has made of it.
    take({ name, ...batch }) {
      const { view } = this;
      const { at, label, append, pick, done } = this.awaited.get(name);
      this.awaited.delete(name);
      if (!append || !this.set) this.set = this.make();
      const { lines, shown } = this.set;
      lines.add(batch);
      shown.grow();
      if (view.lines === lines) view.grown();
      else view.stand(this.set);
      this.bar.hidden = false;
      this.bar.querySelector("span").textContent = label;
      this.box.classList.add("is-aside");
      this.find.again();
      if (at !== undefined) view.show(pick?.(lines, lines.first + at) ?? lines.first + at);
      this.said();
      done();
    }

    // Back to the lines that come.
    leave(live) {
      this.set = null;
      this.bar.hidden = true;
      this.box.classList.remove("is-aside");
      this.view.stand(live);
      this.find.again();
      this.said();
    }
  }
  Object.assign(window.quayside.logs, { Aside });
})();
