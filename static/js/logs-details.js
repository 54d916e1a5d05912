// What is said below a line that is opened: its time, its text or all its fields, and what can be done with each.
(() => {
  const { LEVEL_NAMES, MARK, KIND, condition, made, stamp, structured } = window.quayside.logs;
  const { say } = window.quayside;
  const PATH = /^(\/[\w.-]+)/;

  function icon(name) {
    const drawing = document.createElement("i");
    drawing.className = `icon icon-${name}`;
    drawing.setAttribute("aria-hidden", "true");
    return drawing;
  }

  class Details {
    // `does`: filter(term), column(key), hasColumn(key). What else can be done with a line is in `actions`: {label, run(line)}.
    constructor(view, words, does) {
      Object.assign(this, { view, words, does, actions: [] });
    }

    toggle(number) {
      const { view } = this;
      if (view.open.has(number)) return view.unfold(number, null);
      const line = view.lines.line(number);
      return line.kind === MARK ? undefined : view.unfold(number, this.below(line));
    }

    // On a line of its own, whatever stands before it.
    below(line) {
      const below = made("div", "log-below");
      below.append(this.draw(line));
      return below;
    }

    draw(line) {
      const { words } = this;
      const box = made("div", "log-details");
      const found = structured(line.text);
      const head = made("div", "log-details-head");
      head.append(...this.facts(line).map((fact) => made("span", "", fact)), made("span", "log-details-room"));
      head.append(this.copy(words.copyLine, line.text));
      if (found?.kind === "json") head.append(this.copy(words.copyJson, this.pretty(line.text, found)));
      for (const { label, run } of this.actions) head.append(this.button(label, () => run(line)));
      head.append(this.button(words.close, () => this.toggle(line.number)));
      box.append(head);
      if (!found) box.append(made("p", "log-details-text", line.text));
      else {
        if (found.message && ![...found.fields.values()].includes(found.message)) box.append(made("p", "log-details-text", found.message));
        box.append(this.table(found.fields));
        if (!found.complete) box.append(made("p", "log-details-note", words.incomplete));
      }
      return box;
    }

    facts(line) {
      const { words, view } = this;
      const source = view.painter.sources?.of(line.source);
      const exact = Number.isNaN(line.time) ? "" : new Intl.DateTimeFormat(document.documentElement.lang || "en", { dateStyle: "medium", timeStyle: "long" }).format(line.time);
      return [exact, stamp(line), source && `${source.host}/${source.name}`, words[LEVEL_NAMES[line.level]], (line.kind & KIND) === 2 ? "stderr" : "stdout"].filter(Boolean);
    }

    pretty(text, found) {
      try {
        return JSON.stringify(JSON.parse(text.slice(text.indexOf("{"))), null, 2);
      } catch {
        return JSON.stringify(Object.fromEntries(found.fields), null, 2); // something stands behind the object
      }
    }

    table(fields) {
      const table = made("table", "log-fields");
      for (const [key, value] of fields) {
        const row = table.insertRow();
        const head = document.createElement("th");
        Object.assign(head, { scope: "row", textContent: key });
        row.append(head);
        row.insertCell().append(made("span", typeof value === "string" ? "" : "log-bare", String(value)));
        row.insertCell().append(...this.tools(key, value));
      }
      return table;
    }

    tools(key, value) {
      const { words, does } = this;
      const text = String(value);
      const asked = [["=", text, words.only], ["-", text, words.without]];
      if (typeof value === "number") asked.push([">=", text, words.atLeast]);
      const path = PATH.exec(text);
      if (path) asked.push(["~", `^${path[1].replace(/\./g, "\\.")}`, words.begins]);
      const tools = asked.map(([sign, wanted, label]) => {
        const term = condition(key, sign, wanted);
        return term && this.button({ "=": "=", "-": "≠", ">=": "≥", "~": "^" }[sign], () => does.filter(term), say(label, term));
      });
      const column = this.button("columns-3", () => column.setAttribute("aria-pressed", String(does.column(key))), say(words.column, key));
      column.setAttribute("aria-pressed", String(does.hasColumn(key)));
      return [...tools.filter(Boolean), column, this.copy("copy", text, say(words.copyValue, key))];
    }

    // With a title the text is a sign, or the name of a drawing.
    button(text, run, title = "") {
      const button = made("button", "btn btn-sm btn-ghost", text);
      button.type = "button";
      if (title) Object.assign(button, { title, ariaLabel: title });
      if (title && text.length > 2) button.replaceChildren(icon(text));
      button.addEventListener("click", run);
      return button;
    }

    // The page's own script copies what such a button holds.
    copy(text, value, title = "") {
      const button = this.button(text, () => {}, title);
      button.dataset.copy = value;
      return button;
    }
  }
  Object.assign(window.quayside.logs, { Details });
})();
