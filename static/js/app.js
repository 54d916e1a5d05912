// htmx set up for this console, toasts, and the dialog that htmx fills.
(() => {
  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";

  // --- requests: the CSRF token goes along; empty fields of a GET form do not, so that addresses stay readable ---
  // A filter form outside of its list keeps the order and the other filters of the address as it is now; what it was drawn
  // with ([data-kept]) may be out of date.
  function keepTheRest(form, parameters) {
    for (const kept of form.querySelectorAll("[data-kept]")) parameters.delete(kept.name);
    for (const [name, value] of new URLSearchParams(location.search)) {
      if (name !== "page" && !form.querySelector(`[name="${CSS.escape(name)}"]:not([data-kept])`)) parameters.append(name, value);
    }
  }

  document.addEventListener("htmx:configRequest", (event) => {
    const { detail } = event;
    if (detail.verb !== "get") {
      detail.headers["X-CSRFToken"] = meta("csrf-token");
      return;
    }
    const { parameters, elt } = detail;
    // What is saved as a view is what the address says now, whatever it said when the page was drawn.
    if (elt.matches("[data-query]")) {
      const query = new URLSearchParams(location.search);
      if (elt.dataset.host) query.set("host", elt.dataset.host);
      parameters.set("query", query.toString());
    }
    if (elt.matches("form[data-filter]")) keepTheRest(elt, parameters);
    for (const [name, value] of [...parameters.entries()]) {
      if (value === "") parameters.delete(name);
    }
  });

  // A session that ended answers with the sign-in page: go there instead of drawing it inside this one.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.responseURL && new URL(xhr.responseURL).pathname.endsWith("/accounts/login/")) {
      event.detail.shouldSwap = false;
      location.assign(location.href);
    }
  });

  // --- toasts ---
  const LASTS = { success: 5000, info: 5000, warning: 12000 }; // milliseconds; an error stays until it is closed
  const LASTS_UNDO = 12000; // long enough to see what one has done, and to go back
  const region = () => document.getElementById("toasts");

  function closer(box) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "toast-close";
    button.textContent = "×";
    button.setAttribute("aria-label", region().dataset.closeLabel);
    button.addEventListener("click", () => box.remove());
    box.append(button);
  }

  // Undoing is an operation like any other: sent to the same address as its button would be, and answered by a toast.
  function undoer(box, undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "toast-undo";
    button.textContent = region().dataset.undo;
    button.addEventListener("click", () => {
      box.remove();
      region().dataset.doing = undo.doing;
      htmx.ajax("POST", undo.url, { source: region(), target: region(), swap: "none", values: undo.values });
    });
    box.append(button);
  }

  function expire(box, level, lasts = LASTS[level]) {
    if (!lasts) return;
    let timer = setTimeout(() => box.remove(), lasts);
    box.addEventListener("pointerenter", () => clearTimeout(timer));
    box.addEventListener("pointerleave", () => (timer = setTimeout(() => box.remove(), 2000)));
  }

  function toast(level, text, undo = null) {
    const known = ["success", "info", "warning", "error"].includes(level) ? level : "info";
    const box = document.createElement("div");
    box.className = `toast toast-${known}`;
    if (known === "error") box.setAttribute("role", "alert");
    const words = document.createElement("p");
    words.textContent = text;
    box.append(words);
    if (undo) undoer(box, undo);
    closer(box);
    region().append(box);
    while (region().children.length > 5) region().firstElementChild.remove();
    expire(box, known, undo ? LASTS_UNDO : LASTS[known]);
  }
  // A sentence of a template, with values in the places of its %s.
  const say = (text, ...values) => values.reduce((said, value) => said.replace("%s", () => value.toLocaleString()), text);

  // Of a websocket of this console; `path` is relative to where it is served.
  function socketAddress(path) {
    const address = new URL(`${meta("script-name") || "/"}${path}`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    return address.href;
  }
  window.quayside = { toast, meta, say, socketAddress };

  for (const box of document.querySelectorAll("[data-toast]")) {
    closer(box);
    expire(box, [...box.classList].map((name) => name.replace("toast-", "")).find((level) => LASTS[level]));
  }

  document.addEventListener("toast", (event) => {
    const { detail } = event;
    for (const one of Array.isArray(detail.value) ? detail.value : [detail]) toast(one.level, one.text, one.undo);
  });
  // What answers a dialog that has made room for another meanwhile is said all the same.
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, xhr } = event.detail;
    const said = elt.isConnected ? "" : (xhr.getResponseHeader("HX-Trigger") ?? "");
    if (!said.startsWith("{")) return;
    const one = JSON.parse(said).toast;
    if (one) toast(one.level, one.text, one.undo);
    document.dispatchEvent(new CustomEvent("refresh"));
  });
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr, target } = event.detail;
    if (/toast/.test(xhr.getResponseHeader("HX-Trigger") ?? "")) return; // the server said it in its own words
    if (target?.dataset.live !== undefined && event.detail.requestConfig?.triggeringEvent?.type === "load") return;
    toast("error", `${region().dataset.failed} ${xhr.status} ${xhr.statusText}`.trim());
  });
  document.addEventListener("htmx:sendError", () => toast("error", region().dataset.unreachable));

  // --- dialog: whatever htmx puts into #dialog-body is shown; Esc, the backdrop and [data-close] close it ---
  const dialog = document.getElementById("dialog");
  const body = document.getElementById("dialog-body");
  let opener = null;
  let before = null; // what had the focus when it was asked for
  let isAside = false; // closed, but its form still waits for an answer

  window.quayside.aside = () => {
    isAside = true;
    dialog.close();
  };

  function forget() {
    isAside = false;
    body.replaceChildren();
    opener = null;
  }

  // A question begins at its first field, or at the way out; the answer to what was sent at what is wrong, or at its words.
  function focusFirst(isAnswer) {
    const words = isAnswer ? body.querySelector(".notice") : null;
    if (words) words.tabIndex = -1;
    const field = ".dialog-main :is(input:not([type=hidden]), select, textarea)";
    (body.querySelector("[autofocus], .is-invalid") ?? words ?? body.querySelector(field) ?? body.querySelector(".btn[data-close]"))?.focus();
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target !== body || dialog.open) return;
    isAside = false;
    opener = event.detail.elt;
    before = document.activeElement;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== body) return;
    const isAnswer = dialog.open || isAside;
    isAside = false;
    if (!body.childElementCount) {
      dialog.close();
    } else if (!dialog.open) {
      dialog.showModal();
    }
    focusFirst(isAnswer);
  });
  document.addEventListener("dialog-close", () => dialog?.close());
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, xhr, successful } = event.detail;
    if (!dialog?.contains(elt)) return;
    // Aside, and its answer came: as a toast, or it is drawn into the dialog again.
    if (isAside && (xhr.status === 204 || !(successful || xhr.status === 422))) forget();
    else if (successful && xhr.status === 204) dialog.close();
  });

  if (dialog) {
    let pressedOutside = false;
    dialog.addEventListener("pointerdown", (event) => (pressedOutside = event.target === dialog));
    dialog.addEventListener("click", (event) => {
      if ((event.target === dialog && pressedOutside) || event.target.closest("[data-close]")) {
        event.preventDefault();
        dialog.close();
      }
    });
    dialog.addEventListener("close", () => {
      document.body.append(region());
      // The button that opened it may have been redrawn meanwhile: find it again by id. A hit of the palette is gone with it.
      const known = opener?.isConnected ? opener : document.getElementById(opener?.id || "main");
      const back = known?.checkVisibility() ? known : opener?.closest("#palette") ? before : null;
      (back || document.getElementById("main")).focus({ preventScroll: true });
      if (!isAside) forget();
    });
    // In a modal dialog only its own content is seen and can be clicked: the toasts go with it.
    new MutationObserver(() => dialog.open && dialog.append(region())).observe(dialog, { attributeFilter: ["open"] });
  }
})();
