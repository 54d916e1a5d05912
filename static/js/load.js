// How busy hosts and containers are: a part with data-load="/load/?host=…" is asked for while somebody looks at it, and each mark
// of the answer takes the place of the one with its id. Nobody asks for a page in the background.
(() => {
  const EVERY = 15000; // milliseconds
  const SOON = 2000; // after a first sample: the second one tells the CPU
  const asked = new Map(); // address → when
  let isBusy = false;

  const parts = () => [...document.querySelectorAll("[data-load]")].filter((part) => part.checkVisibility());
  const isPending = () => document.querySelector(".load[data-pending]") !== null;

  async function ask(address) {
    asked.set(address, Date.now());
    const answer = await fetch(address, { headers: { "HX-Request": "true" }, credentials: "same-origin", redirect: "manual" });
    if (!answer.ok) return;
    const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const mark of drawn.querySelectorAll("[id]")) {
      const shown = document.getElementById(mark.id);
      if (shown) Idiomorph.morph(shown, mark, { morphStyle: "outerHTML" });
    }
  }

  async function look() {
    if (document.hidden || isBusy) return;
    isBusy = true;
    try {
      for (const { dataset } of parts()) {
        const due = (asked.get(dataset.load) ?? 0) + (isPending() ? SOON : EVERY);
        if (Date.now() >= due) await ask(dataset.load);
      }
    } catch (error) {
      console.info("Load not asked:", error.message); // the connection's own banner tells the person
    }
    isBusy = false;
  }

  look();
  setInterval(look, 1000);
  document.addEventListener("visibilitychange", look);
})();
