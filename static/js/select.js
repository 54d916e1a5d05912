// Ticked rows: select all, shift for a range, and the bar that says how many and offers what can be done with them.
(() => {
  const BOX = 'input[type=checkbox][name="on"]';
  let last = null; // the value of the box ticked last, not the box: the row may have been redrawn

  const formOf = (element) => element.closest("form") ?? document.getElementById(element.getAttribute("form") ?? "");
  const boxes = (form) => (form ? [...form.querySelectorAll(BOX)].filter((box) => !box.disabled) : []);

  function show(form) {
    const bar = form.querySelector("[data-bulk-bar]");
    if (!bar) return;
    const all = boxes(form);
    const ticked = all.filter((box) => box.checked).length;
    bar.classList.toggle("is-open", ticked > 0);
    const count = bar.querySelector("[data-bulk-count]");
    const words = (count.dataset.words ?? "{count}").replace("{count}", String(ticked));
    if (count.textContent !== words) count.textContent = words;
    const head = form.querySelector("[data-select-all]");
    if (!head) return;
    sum(head, all);
    for (const each of form.querySelectorAll("[data-select-group]")) sum(each, groupOf(each));
  }

  function sum(head, all) {
    const ticked = all.filter((box) => box.checked).length;
    head.checked = ticked > 0 && ticked === all.length;
    head.indeterminate = ticked > 0 && ticked < all.length;
  }

  function range(form, box) {
    const all = boxes(form);
    const from = all.findIndex((one) => one.value === last);
    const to = all.indexOf(box);
    if (from < 0) return;
    for (const one of all.slice(Math.min(from, to), Math.max(from, to) + 1)) one.checked = box.checked;
  }

  document.addEventListener("click", (event) => {
    if (event.target.matches(BOX)) {
      const form = formOf(event.target);
      if (!form) return;
      if (event.shiftKey) range(form, event.target);
      last = event.target.value;
      show(form);
    } else if (event.target.closest("[data-bulk-clear]")) {
      const form = formOf(event.target);
      for (const box of boxes(form)) box.checked = false;
      show(form);
    }
  });

  // The rows from a project's summary to the next one.
  function groupOf(head) {
    const found = [];
    for (let row = head.closest("tr").nextElementSibling; row && !row.matches(".group-row"); row = row.nextElementSibling) {
      const box = row.querySelector(BOX);
      if (box && !box.disabled) found.push(box);
    }
    return found;
  }

  document.addEventListener("change", (event) => {
    const head = event.target.closest("[data-select-all], [data-select-group]");
    if (!head) return;
    const form = formOf(head);
    for (const box of head.matches("[data-select-group]") ? groupOf(head) : boxes(form)) box.checked = head.checked;
    show(form);
  });

  function showAll() {
    for (const bar of document.querySelectorAll("[data-bulk-bar]")) {
      const form = formOf(bar);
      if (form) show(form);
    }
  }
  showAll();
  addEventListener("pageshow", showAll);
  document.addEventListener("htmx:afterSettle", showAll);
  document.addEventListener("quayside:morphed", showAll);
})();
