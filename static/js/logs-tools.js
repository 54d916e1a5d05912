// How the log is shown: what is chosen on the bar, the keys, and the list of them. This browser remembers it.
(() => {
  const SIZES = [10, 11, 12, 13, 14, 16, 18];
  const TIMES = ["exact", "relative", "off"];

  const kept = (name, usual) => {
    try {
      return localStorage.getItem(`log-${name}`) ?? usual;
    } catch {
      return usual;
    }
  };
  const keep = (name, value) => {
    try {
      localStorage.setItem(`log-${name}`, value);
    } catch {
      // Private windows may have no storage: the choice then lasts as long as the page.
    }
  };

  class Tools {
    constructor(box, view, words) {
      Object.assign(this, { box, view, words, onchange: () => {} });
      const { painter } = view;
      view.wrap = kept("wrap", "0") === "1";
      painter.asFields = kept("fields", "1") === "1";
      view.shown.folds = kept("folds", "0") === "1";
      // It was on or off once.
      const times = { 1: "exact", 0: "off" }[kept("timestamps", "1")] ?? kept("timestamps", "1");
      painter.times = TIMES.includes(times) ? times : "exact";
      this.size = Math.max(0, SIZES.indexOf(Number(kept("size", "12"))));
      document.addEventListener("fullscreenchange", () => this.draw());
      if (box.querySelector("#log-filter").value) this.options(true);
      const menu = box.querySelector(".log-more");
      menu?.addEventListener("toggle", () => menu.open && menu.querySelector("button")?.focus());
    }

    button(name) {
      return this.box.querySelector(`[data-log="${name}"]`);
    }

    draw() {
      const { view, box, words } = this;
      const { painter } = view;
      const pressed = { wrap: view.wrap, timestamps: painter.times !== "off", fields: painter.asFields, fold: view.shown.folds, full: document.fullscreenElement === box };
      for (const [name, on] of Object.entries(pressed)) this.button(name)?.setAttribute("aria-pressed", String(on));
      this.button("timestamps").title = words[{ exact: "timesExact", relative: "timesRelative", off: "timesOff" }[painter.times]];
      box.classList.toggle("is-wrapped", view.wrap);
      view.element.style.fontSize = `${SIZES[this.size] / 16}rem`;
      view.element.style.lineHeight = `${Math.round((SIZES[this.size] * 5) / 3)}px`;
      this.button("smaller").disabled = !this.size;
      this.button("larger").disabled = this.size === SIZES.length - 1;
      box.querySelector(".log-columns").style.fontSize = view.element.style.fontSize;
    }

    changed() {
      this.draw();
      this.onchange();
      this.view.again();
    }

    wrap() {
      this.view.wrap = !this.view.wrap;
      keep("wrap", this.view.wrap ? "1" : "0");
      this.changed();
    }

    fields() {
      const { painter } = this.view;
      painter.asFields = !painter.asFields;
      keep("fields", painter.asFields ? "1" : "0");
      this.changed();
    }

    timestamps() {
      const { painter } = this.view;
      painter.times = TIMES[(TIMES.indexOf(painter.times) + 1) % TIMES.length];
      keep("timestamps", painter.times);
      this.changed();
    }

    fold() {
      const { view } = this;
      view.choose(() => view.shown.foldAll(!view.shown.folds));
      keep("folds", view.shown.folds ? "1" : "0");
      this.changed();
    }

    resize(by) {
      this.size = Math.max(0, Math.min(SIZES.length - 1, this.size + by));
      keep("size", String(SIZES[this.size]));
      this.changed();
    }

    async full() {
      if (document.fullscreenElement) await document.exitFullscreen();
      // Telephones that know no such thing show the log over the whole page.
      else if (this.box.requestFullscreen) await this.box.requestFullscreen();
      else this.box.classList.toggle("is-full");
      this.draw();
    }

    // On a small screen the boxes for filtering and finding come when they are asked for.
    options(on = !this.box.classList.contains("has-options")) {
      this.box.classList.toggle("has-options", on);
      this.button("options").setAttribute("aria-pressed", String(on));
    }

    help() {
      const dialog = this.box.querySelector(".log-help");
      if (dialog.open) dialog.close();
      else dialog.showModal();
    }
  }

  // `does`: what each key does. Not while something is typed, nor where a button wants the key for itself.
  function listen(does) {
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
        if (event.target.closest?.("input, textarea, select, dialog, [contenteditable]")) return;
        if ((event.key === " " || event.key === "Enter") && event.target.closest?.("button, a, summary, canvas")) return;
        const act = does[event.key];
        if (!act || act() === false) return;
        event.preventDefault();
        event.stopImmediatePropagation();
      },
      true,
    );
  }
  Object.assign(window.quayside.logs, { Tools, kept, keep, listen });
})();
