// The page that searches all logs: its form, whose fields stand in the address, and what it finds.
(() => {
  const box = document.getElementById("log-search-hits");
  const form = document.getElementById("log-search-form");
  if (!box) return;
  const problem = document.getElementById("log-search-problem");
  const filter = form.elements.filter;
  const custom = form.querySelector("[data-custom]");
  const MEANING = form.dataset.meaning.split(" ");

  for (const element of document.querySelectorAll("[data-without-scripts]")) element.remove();
  box.hidden = false;

  const search = new window.quayside.LogSearch(box, {
    unclear: ({ field, message, at }) => {
      const input = form.elements[field] ?? filter;
      problem.hidden = false;
      problem.querySelector("span").textContent = at === null || at === undefined ? message : `${message} (${at + 1})`;
      input.setAttribute("aria-invalid", "true");
      if (at !== null && at !== undefined) input.setSelectionRange?.(at, at + 1);
      input.focus();
    },
  });

  // --- a period of one's own: typed in the zone of whoever looks, and sent as it is in UTC ---
  const local = (text) => {
    const at = new Date(text.replace(/(\.\d{3})\d+/, "$1"));
    return Number.isNaN(at.getTime()) ? "" : new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
  };
  const [from, to] = custom.querySelectorAll("input");
  from.value = local(custom.dataset.since);
  to.value = local(custom.dataset.until);
  function period() {
    const isCustom = form.elements.since.value === "custom";
    custom.hidden = !isCustom;
    if (!isCustom) return { since: form.elements.since.value, until: "" };
    const at = (input) => (input.value ? new Date(input.value).toISOString() : "");
    return { since: at(from) || "all", until: at(to) };
  }

  function asked() {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value && MEANING.includes(name)) query.append(name, value);
    return { query, filter: filter.value.trim(), ...period() };
  }

  function address({ query, filter: text, since, until }) {
    const all = new URLSearchParams(query);
    if (text) all.set("filter", text);
    all.set("since", since);
    if (until) all.set("until", until);
    return `${location.pathname}?${all}`;
  }

  function go() {
    const wanted = asked();
    problem.hidden = true;
    for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
    history.replaceState(null, "", address(wanted));
    document.getElementById("log-search-start").hidden = true;
    search.start({ ...wanted, query: wanted.query.toString(), since: wanted.since === "all" ? "" : wanted.since });
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go();
  });
  form.elements.since.addEventListener("change", () => {
    period();
    if (form.elements.since.value === "custom") from.focus();
  });
  period();
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest?.("input, textarea, select, dialog")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    filter.select();
  }, true);
  if (filter.value.trim()) go();
  else filter.focus();
})();
