// The box for a filter: what is typed is checked by the server, which says in words what is wrong with it and where.
(() => {
  const PAUSE = 450;

  class FilterBox {
    // `ask` has the server check a text; `accept` takes one that is good.
    constructor(input, problem, ask, accept) {
      Object.assign(this, { input, problem, ask, accept, timer: 0, text: problem.hidden ? input.value.trim() : "" });
      input.addEventListener("input", () => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.check(), PAUSE);
      });
      input.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== "Escape") return;
        event.preventDefault();
        if (event.key === "Escape") input.value = "";
        this.check();
      });
    }

    // One condition more.
    add(term) {
      const { input } = this;
      if (` ${input.value} `.includes(` ${term} `)) return;
      input.value = `${input.value.trim()} ${term}`.trim();
      this.check();
    }

    check() {
      clearTimeout(this.timer);
      const text = this.input.value.trim();
      if (text) this.ask(text);
      else this.heard({ text: "" });
    }

    heard({ text, error, at }) {
      if (text !== this.input.value.trim()) return;
      this.input.setAttribute("aria-invalid", String(Boolean(error)));
      this.problem.hidden = !error;
      if (error) {
        const mark = document.createElement("mark");
        mark.textContent = text.slice(at, at + 1) || "…";
        this.problem.replaceChildren(error, " ", text.slice(Math.max(0, at - 12), at), mark, text.slice(at + 1, at + 13));
      } else if (text !== this.text) {
        this.text = text;
        this.accept();
      }
    }
  }

  const CONDITION = /^[A-Za-z_@](?:[\w.@/-]*\w)?$/;
  const quoted = (value) => (/^[^\s"]+$/.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`);

  // What asks for a field's value; "" where the language of filters has no word for it.
  function condition(key, sign, value) {
    if (!CONDITION.test(key) || /\n/.test(value) || value.length > 300) return "";
    return sign === "-" ? `-${key}=${quoted(value)}` : `${key}${sign}${quoted(value)}`;
  }
  Object.assign(window.quayside.logs, { FilterBox, condition });
})();
