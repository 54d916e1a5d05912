// Keeps rows where they are while somebody points at them: what changed in a row shows at once, but none comes, goes or
// moves under the pointer. How many wait is said in a corner of the table, and a click, or going away, lets them in.
(() => {
  const SETTLE = 350; // milliseconds after the pointer has left
  const REST = 60000; // a pointer that has not moved for so long holds nothing: nobody is about to click
  let over = null; // the body of the table that a mouse is over
  let moved = 0;
  let acted = 0; // what somebody did themselves may move things
  let timer = 0;

  const bodyOf = (element) => element.querySelector(".grid-frame .grid > tbody");
  const idle = () => Date.now() - moved > REST;

  document.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse") return;
    const body = event.target.closest?.(".grid-frame .grid > tbody") ?? null;
    moved = Date.now();
    if (over && over !== body) leave();
    over = body;
  }, { passive: true });
  document.documentElement.addEventListener("pointerleave", () => {
    if (over) leave();
    over = null;
  });
  document.addEventListener("refresh", () => (acted = Date.now()));

  function isHeld(element) {
    const body = bodyOf(element);
    if (!body) return false;
    if (body.querySelector("details.menu[open]")) return true;
    return over === body && moved > acted && !idle();
  }

  // Its rows in the order in which they are now: those that are gone stay as they were, marked; new ones wait.
  function inPlace(body, next) {
    const coming = new Map([...next.rows].filter((row) => row.id).map((row) => [row.id, row]));
    const now = [...body.rows];
    const order = (rows) => rows.filter((row) => row.id).map((row) => row.id);
    const before = order(now).filter((id) => coming.has(id));
    const after = [...coming.keys()].filter((id) => before.includes(id));
    const staying = now.map((row) => {
      const fresh = coming.get(row.id);
      coming.delete(row.id);
      if (fresh) return fresh;
      const last = row.cloneNode(true);
      if (row.id && !row.matches(".group-row")) last.classList.add("is-leaving");
      return last;
    });
    next.replaceChildren(...staying);
    const gone = staying.filter((row) => row.matches(".is-leaving")).length;
    const shifted = before.filter((id, place) => id !== after[place]).length;
    return coming.size + gone + (coming.size + gone ? 0 : shifted);
  }

  function tell(element, count) {
    let pill = element.querySelector(".held");
    const frame = element.querySelector(".grid-frame");
    if (!pill && frame) {
      pill = document.createElement("button");
      pill.type = "button";
      pill.className = "held btn btn-sm btn-primary";
      pill.addEventListener("click", () => release(element));
      frame.append(pill);
    }
    const words = document.getElementById("toasts")?.dataset.held ?? "{count}";
    if (pill) pill.textContent = words.replace("{count}", String(count));
  }

  // --- what waits ---
  const waiting = new Map(); // the element → what brings it up to date

  function release(element) {
    const show = waiting.get(element);
    waiting.delete(element);
    element.querySelector(".held")?.remove();
    if (element.isConnected) show?.();
  }

  function releaseAll() {
    for (const element of [...waiting.keys()]) if (!isHeld(element)) release(element);
  }

  function leave() {
    clearTimeout(timer);
    timer = setTimeout(releaseAll, SETTLE);
  }
  document.addEventListener("toggle", (event) => event.target.matches?.(".grid details.menu:not([open])") && leave(), true);
  setInterval(releaseAll, 5000);

  // Morphs only the rows and answers true where rows must not move now; `later` brings the whole element up to date.
  function hold(element, same, later) {
    const body = bodyOf(element);
    const next = same && bodyOf(same);
    if (!body || !next || !isHeld(element)) {
      waiting.delete(element);
      return false;
    }
    const count = inPlace(body, next);
    Idiomorph.morph(body, next, { morphStyle: "outerHTML" });
    waiting.set(element, later);
    if (count) tell(element, count);
    else element.querySelector(".held")?.remove();
    return true;
  }
  window.quayside.hold = hold;
})();
