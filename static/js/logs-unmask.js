// Showing credentials to who may see them: asked first, marked while it lasts, and over when the page is left.
(() => {
  const sure = document.getElementById("log-unmask-sure");
  if (!sure) return;
  const { page } = window.quayside.logs;
  const mark = document.getElementById("log-unmasked");
  const switcher = document.querySelector('[data-unmask="ask"]');
  const box = document.getElementById("log");

  function show(on) {
    if (on) page.asks.unmasked = true;
    else delete page.asks.unmasked;
    mark.hidden = !on;
    box.classList.toggle("is-unmasked", on);
    switcher.setAttribute("aria-pressed", String(on));
  }

  function turn(on) {
    show(on);
    page.restart();
  }

  switcher.addEventListener("click", () => (page.asks.unmasked ? turn(false) : sure.showModal()));
  mark.querySelector('[data-unmask="off"]').addEventListener("click", () => turn(false));
  sure.addEventListener("close", () => sure.returnValue === "sure" && turn(true));
  sure.addEventListener("cancel", () => (sure.returnValue = ""));

  page.listeners.push((data) => {
    // Asking again would be refused again; without it the log can be read on.
    if (data.type === "state" && data.state === "refused" && page.asks.unmasked) show(false);
    if (data.message?.type !== "sources" || !page.asks.unmasked) return;
    for (const { host } of data.message.sources.filter((source) => !source.unmasked)) {
      page.sources.say(`masked on ${host}`, window.quayside.say(mark.dataset.partly, host));
    }
  });
  // Gone back to from another page: what was agreed to ended when this one was left.
  addEventListener("pageshow", (event) => event.persisted && page.asks.unmasked && turn(false));
})();
