// All lines that came, shown or not: so that a log that was muted, or a level that was left out, can be shown again.
(() => {
  const MOST = 110000;
  const COLUMNS = ["times", "texts", "kinds", "spans", "sources", "levels"];

  class Kept {
    constructor() {
      this.clear();
      this.shows = null; // of a batch and a place in it: whether that line is shown; null shows all
    }

    clear() {
      this.batches = [];
      this.length = 0;
    }

    add(batch) {
      this.batches.push(batch);
      this.length += batch.texts.length;
      while (this.length - this.batches[0].texts.length > MOST) this.length -= this.batches.shift().texts.length;
    }

    // What of a batch is shown.
    pick(batch) {
      if (!this.shows) return batch;
      const places = [];
      for (let at = 0; at < batch.texts.length; at++) if (this.shows(batch, at)) places.push(at);
      if (places.length === batch.texts.length) return batch;
      const picked = {};
      for (const name of COLUMNS) picked[name] = batch[name] ? places.map((at) => batch[name][at]) : null;
      return picked;
    }
  }
  Object.assign(window.quayside.logs, { Kept });
})();
