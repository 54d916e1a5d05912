// Selecting and copying: rows come and go, so the text is taken from the lines, without what stands before or between them.
(() => {
  class Selection {
    constructor(view) {
      this.view = view;
      view.selection = this;
      // Whether something is being selected: a click then is no click. Asked at each frame, which may cost no layout.
      this.isOpen = false;
      document.addEventListener("selectionchange", () => {
        const selection = document.getSelection();
        this.isOpen = Boolean(selection && !selection.isCollapsed && view.element.contains(selection.anchorNode));
      });
      view.element.addEventListener("copy", (event) => this.copy(event));
    }

    ends() {
      const selection = document.getSelection();
      if (!selection || selection.isCollapsed || !this.view.element.contains(selection.anchorNode)) return null;
      const ends = [[selection.anchorNode, selection.anchorOffset], [selection.focusNode, selection.focusOffset]].map(([node, offset]) => {
        const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
        const row = element?.closest(".log-row");
        if (!row || element.closest(".log-details")) return null;
        return { number: row.number, row, at: this.offset(row, node, offset) };
      });
      if (ends.includes(null)) return null;
      return ends.sort((one, other) => one.number - other.number || one.at - other.at);
    }

    offset(row, node, offset) {
      const text = row.querySelector(".log-text");
      const range = document.createRange();
      range.setStart(text, 0);
      if (range.comparePoint(node, offset) <= 0) return range.comparePoint(node, offset) < 0 ? 0 : range.toString().length;
      range.setEnd(text, text.childNodes.length);
      if (!text.contains(node)) return Infinity;
      range.setEnd(node, offset);
      return range.toString().length;
    }

    selected() {
      return (this.isOpen ? this.ends() : null)?.map(({ number }) => number) ?? [];
    }

    copy(event) {
      const ends = this.ends();
      if (!ends) return;
      const [from, to] = ends;
      const { lines, shown } = this.view;
      // A line that is shown as fields is copied as it was written, from its beginning to its end; within one, what was selected.
      if (from.number === to.number && from.row.classList.contains("has-fields")) return;
      const texts = [];
      const last = shown.row(to.number);
      for (let row = shown.row(Math.max(from.number, lines.first)); row <= last && row < shown.length; row++) texts.push(lines.text(shown.number(row)));
      if (texts.length && !to.row.classList.contains("has-fields")) texts[texts.length - 1] = texts.at(-1).slice(0, to.at);
      if (texts.length && from.number >= lines.first && !from.row.classList.contains("has-fields")) texts[0] = texts[0].slice(from.at);
      event.clipboardData.setData("text/plain", texts.join("\n"));
      event.preventDefault();
    }
  }
  Object.assign(window.quayside.logs, { Selection });
})();
