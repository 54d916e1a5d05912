// What one has just started shows in its row: “stopping” with a spinner, until the row's state changes or the answer says
// that it did not work. A question whose answer takes long steps aside meanwhile, and comes back where something is wrong.
(() => {
  const LONGEST = 120000; // milliseconds; longer than any engine is waited for
  const ASIDE = 350; // a dialog that waits this long for its answer makes room for the list
  const doing = new Map(); // the row's reference → { words, state, until, settled }

  const rowOf = (ref) => {
    const box = document.querySelector(`.grid input[name="on"][value="${CSS.escape(ref)}"]`);
    const button = box ?? document.querySelector(`.grid button[name="on"][value="${CSS.escape(ref)}"]`);
    return button?.closest("tr") ?? null;
  };
  const cellOf = (row) => row.querySelector(".cell-state") ?? row.querySelector(".cell-name");
  const stateOf = (row) => cellOf(row)?.querySelector(".state:not(.is-doing) .state-word")?.textContent ?? "";

  function mark(words) {
    const icon = document.querySelector("#doing-mark").content.firstElementChild.cloneNode(true);
    icon.querySelector(".state-word").textContent = words;
    return icon;
  }

  function draw() {
    for (const shown of document.querySelectorAll(".is-doing")) shown.remove();
    for (const row of document.querySelectorAll("tr.has-doing")) row.classList.remove("has-doing");
    for (const [ref, one] of doing) {
      const row = rowOf(ref);
      if (!row || stateOf(row) !== one.state || Date.now() > one.until) {
        doing.delete(ref);
      } else {
        row.classList.add("has-doing");
        cellOf(row).append(mark(one.words));
      }
    }
  }

  function refsOf(detail) {
    const { formData } = detail.requestConfig;
    return formData ? [...new Set(formData.getAll("on"))] : [];
  }

  function wordsOf(detail) {
    const { elt, requestConfig } = detail;
    const pressed = requestConfig.triggeringEvent?.submitter ?? elt;
    return pressed.dataset.doing || elt.querySelector?.("[data-doing]")?.dataset.doing || "";
  }

  const isAnswered = (elt) => !elt.matches("form") || Boolean(elt.querySelector('[name="_sure"]'));
  const begins = (detail) => detail.requestConfig.verb === "post" && /\/do\/[a-z.]+$/.test(detail.requestConfig.path);

  document.addEventListener("htmx:beforeRequest", (event) => {
    const { detail } = event;
    const words = begins(detail) && isAnswered(detail.elt) ? wordsOf(detail) : "";
    if (!words) return;
    for (const ref of refsOf(detail)) {
      const row = rowOf(ref);
      if (row) doing.set(ref, { words, state: stateOf(row), until: Date.now() + LONGEST });
    }
    draw();
    stepAside(detail.elt, detail.xhr);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const { detail } = event;
    if (!begins(detail) || !doing.size) return;
    const queued = /"level":\s*"info"/.test(detail.xhr.getResponseHeader("HX-Trigger") ?? "");
    // Done by now, and the next drawing shows it; or nothing was done. Only a job goes on by itself.
    for (const ref of refsOf(detail)) {
      const one = doing.get(ref);
      if (!one) continue;
      if (queued) one.queued = true;
      else if (detail.successful) one.until = Math.min(one.until, Date.now() + 3000);
      else doing.delete(ref);
    }
    draw();
  });

  document.addEventListener("quayside:morphed", (event) => {
    // No job is under way any more: what was to change has changed, or could not.
    if (event.target.id === "tray" && !event.target.querySelector(".tray-count")) {
      for (const one of doing.values()) if (one.queued) one.until = Math.min(one.until, Date.now() + 3000);
    }
    draw();
  });
  document.addEventListener("htmx:afterSettle", draw);
  setInterval(() => doing.size && draw(), 1000);

  // --- the dialog steps aside ---
  function stepAside(form, xhr) {
    const dialog = document.getElementById("dialog");
    if (!dialog.contains(form) || !doing.size) return;
    setTimeout(() => xhr.readyState !== XMLHttpRequest.DONE && dialog.contains(form) && window.quayside.aside(), ASIDE);
  }
})();
