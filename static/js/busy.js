// A line along the top while a request, or the next page, takes longer than a blink; and what was pressed says so, too.
(() => {
  const SOON = 100; // milliseconds; what is there sooner needs no sign
  const LONGEST = 10000; // of a page that never comes, since it was a download or was stopped
  const line = document.getElementById("busy");
  const waited = new Map(); // what is waited for → the element that was pressed
  let timer = 0;

  function show() {
    line.classList.toggle("is-on", waited.size > 0);
    for (const pressed of document.querySelectorAll("[data-pressed]")) {
      if ([...waited.values()].includes(pressed)) continue;
      pressed.removeAttribute("data-pressed");
      pressed.removeAttribute("aria-busy");
    }
    for (const pressed of waited.values()) {
      pressed?.setAttribute("data-pressed", "");
      pressed?.setAttribute("aria-busy", "true");
    }
  }

  function begin(what, pressed) {
    waited.set(what, pressed);
    clearTimeout(timer);
    timer = setTimeout(show, SOON);
  }

  function end(what) {
    if (waited.delete(what)) show();
  }

  window.quayside.busy = { begin, end };

  // --- requests of htmx, but for those that nobody made ---
  document.addEventListener("htmx:beforeSend", (event) => {
    const { xhr, elt, requestConfig } = event.detail;
    if (["load", "revealed", "every"].includes(requestConfig.triggeringEvent?.type ?? "load")) return;
    begin(xhr, elt.matches("form") ? (requestConfig.triggeringEvent.submitter ?? elt) : elt);
    xhr.addEventListener("loadend", () => end(xhr));
  });

  // --- the next page: an installed app has no browser around it that would say so ---
  function leave(pressed) {
    begin(window, pressed);
    setTimeout(end, LONGEST, window);
  }

  const elsewhere = (address) => address.origin !== location.origin || !/^https?:$/.test(address.protocol);
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.target || link.hasAttribute("download") || elsewhere(link)) return;
    if (link.hash && link.href.split("#")[0] === location.href.split("#")[0]) return;
    leave(link);
  });
  addEventListener("submit", (event) => {
    const { submitter, target } = event;
    if (event.defaultPrevented || target.method === "dialog" || target.target || target.hasAttribute("data-download")) return;
    leave(submitter);
  });
  addEventListener("pageshow", () => end(window));
})();
