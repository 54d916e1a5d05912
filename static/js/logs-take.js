// Taking a log away: the form knows the viewer's zone and the filter as it is now. The file itself comes by a plain GET.
(() => {
  const form = document.getElementById("log-take");
  if (!form) return;
  const menu = form.closest("details");
  const { since, until, unmasked } = form.elements;
  const UNITS = { s: 1, m: 60, h: 3600, d: 86400 };
  let touched = false;

  // As an input of a local time has it.
  const local = (at) => new Date(at - new Date(at).getTimezoneOffset() * 60000).toISOString().slice(0, 19);

  function fill() {
    const box = document.getElementById("log-filter");
    const text = box.getAttribute("aria-invalid") === "true" ? "" : box.value.trim();
    const row = document.getElementById("log-take-filter");
    const [check] = row.children;
    if (row.hidden || check.value !== text) check.checked = Boolean(text);
    check.value = text;
    row.hidden = !text;
    const ago = /^(\d+)([smhd])$/.exec(document.querySelector("#log-form [name=since]").value);
    if (!touched) since.value = ago ? local(Date.now() - ago[1] * UNITS[ago[2]] * 1000) : "";
    // A secret that was shown once is asked for again.
    if (unmasked) unmasked.checked = false;
  }
  menu.addEventListener("toggle", () => menu.open && fill());
  since.addEventListener("input", () => (touched = true));

  function inOrder() {
    const wrong = since.value && until.value && since.value > until.value;
    until.setCustomValidity(wrong ? form.dataset.order : "");
  }
  for (const field of [since, until]) field.addEventListener("input", inOrder);

  // Only text has timestamps to choose: objects always have them, and so have the files of an archive.
  form.addEventListener("change", () => (form.elements.timestamps.disabled = form.elements.format.value !== "plain"));

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    inOrder();
    if (!form.reportValidity()) return;
    const asked = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (value) asked.append(name, name === "since" || name === "until" ? new Date(value).toISOString() : value);
    }
    menu.open = false;
    location.assign(`${form.action}?${asked}`);
  });
})();
