// The logs that are read together: their names and colours, how each is, and whose lines are hidden.
(() => {
  const { say } = window.quayside;
  const COLOURS = 12;

  class Sources {
    constructor(element, words, onchange) {
      Object.assign(this, { element, words, onchange, each: [], notes: new Map() });
      this.list = element.querySelector("ul");
      this.template = element.querySelector("template");
      element.hidden = false;
    }

    // Those that join, or come again under their old name with a new container. How many are new.
    join(sources) {
      let fresh = 0;
      for (const source of sources) {
        const known = this.each[source.slot];
        if (known) {
          Object.assign(known, source);
          continue;
        }
        fresh++;
        this.each[source.slot] = { ...source, colour: source.slot % COLOURS, count: 0, missed: 0, muted: false, condition: "", word: "", item: this.item(source.slot) };
      }
      this.name();
      this.draw();
      return fresh;
    }

    item(slot) {
      const item = this.template.content.firstElementChild.cloneNode(true);
      item.querySelector(".log-item-solo").addEventListener("click", () => this.solo(slot));
      item.querySelector(".log-item-mute").addEventListener("click", () => this.mute(slot));
      this.list.append(item);
      return item;
    }

    // A name as short as tells them apart: without the project's where all have the same, with the host where two are called alike.
    name() {
      const all = this.each.filter(Boolean);
      const [project] = all.length ? [all[0].project] : [""];
      const strip = project && all.every((each) => each.project === project) ? new RegExp(`^${project.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}[-_]`) : null;
      const taken = new Map();
      for (const each of all) {
        each.label = (strip && each.name.replace(strip, "")) || each.name;
        taken.set(each.label, (taken.get(each.label) ?? 0) + 1);
      }
      const hosts = new Set(all.map((each) => each.host));
      for (const each of all) {
        const [name, detail] = each.item.querySelector(".log-item-words").children;
        name.textContent = each.label;
        each.detail = detail;
        each.where = hosts.size > 1 ? each.host : "";
        if (taken.get(each.label) > 1) each.label = `${each.label}@${each.host}`;
        each.item.querySelector(".log-swatch").className = `log-swatch s${each.colour}`;
        each.item.querySelector(".log-item-solo").title = `${each.host}/${each.name}`;
      }
    }

    of(slot) {
      return this.each[slot];
    }

    hides(slot) {
      return Boolean(this.each[slot]?.muted);
    }

    get narrows() {
      return this.each.some((each) => each?.muted);
    }

    // --- what becomes of them ---
    is(slot, condition, word = "") {
      const source = this.each[slot];
      if (!source) return;
      Object.assign(source, { condition, word });
      this.draw();
    }

    // The connection is gone: nothing is known of any.
    forget() {
      for (const each of this.each) if (each) each.condition = each.condition === "ended" ? "ended" : "";
    }

    clear() {
      for (const each of this.each) if (each) Object.assign(each, { count: 0, missed: 0 });
      this.draw();
    }

    skipped(slot, lines) {
      if (this.each[slot]) this.each[slot].missed += lines;
    }

    count(batch) {
      if (!batch.sources) return;
      for (let at = 0; at < batch.sources.length; at++) {
        const source = batch.kinds[at] && this.each[batch.sources[at]];
        if (source) source.count++;
      }
    }

    summary() {
      const all = this.each.filter(Boolean);
      const are = (condition) => all.filter((each) => each.condition === condition).length;
      return { total: all.length, live: are("live"), lost: are("lost"), ended: are("ended") };
    }

    // --- whose lines are hidden ---
    mute(slot) {
      this.each[slot].muted = !this.each[slot].muted;
      this.changed();
    }

    solo(slot) {
      const alone = this.isAlone(slot);
      for (const [other, each] of this.each.entries()) if (each) each.muted = !alone && other !== slot;
      this.changed();
    }

    isAlone(slot) {
      return this.each.every((each, other) => !each || each.muted === (other !== slot));
    }

    all() {
      for (const each of this.each) if (each) each.muted = false;
      this.changed();
    }

    changed() {
      this.draw();
      this.onchange();
    }

    draw() {
      const { words } = this;
      const several = this.each.filter(Boolean).length > 1;
      for (const [slot, each] of this.each.entries()) {
        if (!each) continue;
        const { item } = each;
        item.dataset.condition = each.condition;
        item.classList.toggle("is-muted", each.muted);
        item.querySelector(".log-item-count").textContent = each.count.toLocaleString();
        each.detail.textContent = [each.where, each.word, each.missed ? say(words.missed, each.missed) : ""].filter(Boolean).join(" · ");
        const [solo, mute] = item.children;
        solo.setAttribute("aria-label", `${say(several && this.isAlone(slot) ? words.unsolo : words.solo, each.label)} ${each.word}`.trim());
        mute.setAttribute("aria-pressed", String(each.muted));
        mute.title = say(each.muted ? words.unmute : words.mute, each.label);
        mute.setAttribute("aria-label", mute.title);
        mute.querySelector(".icon").className = `icon icon-${each.muted ? "eye-off" : "eye"}`;
        mute.hidden = !several;
      }
      const { total, live } = this.summary();
      const hidden = this.each.filter((each) => each?.muted).length;
      this.element.querySelector("strong").textContent = [say(words.reading, live, total), hidden ? say(words.hidden, hidden) : ""].filter(Boolean).join(" · ");
      this.element.querySelector('[data-log="all"]').hidden = !hidden;
    }

    // What is to be said of the whole: too many match, some were refused, a clock is wrong. Each about one thing; "" takes it back.
    say(about, sentence) {
      this.notes.set(about, sentence);
      const place = this.element.querySelector("p");
      place.textContent = [...this.notes.values()].filter(Boolean).join(" ");
      place.hidden = !place.textContent;
    }
  }
  Object.assign(window.quayside.logs, { Sources });
})();
