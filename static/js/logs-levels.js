// The levels of the lines that came, each a button with a count. Those that are pressed are shown; with none pressed, all are.
(() => {
  const NAMES = ["unknown", "trace", "debug", "info", "warn", "error", "fatal"];
  const MARK = 0;

  class Levels {
    constructor(element, words, onchange) {
      Object.assign(this, { element, onchange, chosen: new Set(), counts: NAMES.map(() => 0), buttons: [] });
      for (const level of [6, 5, 4, 3, 2, 1, 0]) {
        const button = document.createElement("button");
        const count = document.createElement("span");
        Object.assign(button, { type: "button", className: `log-level is-${NAMES[level]}`, hidden: true });
        button.setAttribute("aria-pressed", "false");
        count.className = "num";
        button.append(words[NAMES[level]], " ", count);
        button.addEventListener("click", () => this.toggle(level));
        this.buttons[level] = button;
        element.append(button);
      }
    }

    get narrows() {
      return this.chosen.size > 0;
    }

    shows(kind, level) {
      return !this.chosen.size || kind === MARK || this.chosen.has(level);
    }

    toggle(level) {
      if (!this.chosen.delete(level)) this.chosen.add(level);
      for (const [at, button] of this.buttons.entries()) button.setAttribute("aria-pressed", String(this.chosen.has(at)));
      this.onchange();
    }

    count(batch) {
      if (!batch.levels) return;
      for (let at = 0; at < batch.levels.length; at++) if (batch.kinds[at] !== MARK) this.counts[batch.levels[at]]++;
    }

    forget() {
      this.counts.fill(0);
      this.draw();
    }

    // With one kind of line only there is nothing to choose.
    draw() {
      const found = this.counts.filter(Boolean).length;
      for (const [level, button] of this.buttons.entries()) {
        button.hidden = !this.chosen.has(level) && (found < 2 || !this.counts[level]);
        button.lastChild.textContent = this.counts[level].toLocaleString();
      }
      this.element.hidden = found < 2 && !this.chosen.size;
    }
  }
  Object.assign(window.quayside.logs, { Levels, LEVEL_NAMES: NAMES });
})();
