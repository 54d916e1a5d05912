// The fields that stand in columns of their own: which, and their names above the lines. The address remembers them.
(() => {
  const { made } = window.quayside.logs;
  const MOST = 8;

  class Columns {
    constructor(element, view, words, onchange) {
      Object.assign(this, { element, view, words, onchange });
      const given = new URL(location.href).searchParams.get("columns");
      view.painter.columns = given ? [...new Set(given.split(",").filter(Boolean))].slice(0, MOST) : [];
      view.element.addEventListener("scroll", () => this.follow(), { passive: true });
    }

    has(key) {
      return this.view.painter.columns.includes(key);
    }

    toggle(key) {
      const { painter } = this.view;
      painter.columns = this.has(key) ? painter.columns.filter((other) => other !== key) : [...painter.columns, key].slice(-MOST);
      const address = new URL(location.href);
      if (painter.columns.length) address.searchParams.set("columns", painter.columns.join(","));
      else address.searchParams.delete("columns");
      history.replaceState(null, "", address);
      this.onchange();
      return this.has(key);
    }

    // The names, in a row like those below, so that each stands above its values.
    draw() {
      const { painter } = this.view;
      this.element.hidden = !painter.columns.length;
      if (this.element.hidden) return;
      const row = made("div", "log-row");
      painter.fill(row, { time: Date.now(), nanos: 0, text: "", kind: 1, spans: "", fields: "", level: 0, source: -1 });
      for (const part of row.querySelectorAll("time, .log-source")) {
        part.classList.add("is-blank");
        part.removeAttribute("title");
      }
      for (const [at, cell] of row.querySelectorAll(".log-cell").entries()) {
        const key = painter.columns[at];
        const button = made("button", "log-column", key);
        Object.assign(button, { type: "button", title: window.quayside.say(this.words.dropColumn, key) });
        button.addEventListener("click", () => this.toggle(key));
        cell.append(button);
      }
      this.element.replaceChildren(row);
      this.follow();
    }

    follow() {
      const row = this.element.firstElementChild;
      if (row) row.style.translate = `${-this.view.element.scrollLeft}px 0`;
    }
  }
  Object.assign(window.quayside.logs, { Columns });
})();
