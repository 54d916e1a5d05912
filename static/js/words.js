// Which words a person knows by now: in this browser their question marks are shown no more.
(() => {
  const KEY = "quayside.known";

  function known() {
    try {
      return new Set(JSON.parse(localStorage.getItem(KEY) ?? "[]"));
    } catch {
      return new Set(); // storage that is shut, or that somebody wrote something else into
    }
  }

  function keep(words) {
    try {
      localStorage.setItem(KEY, JSON.stringify([...words]));
    } catch (error) {
      console.warn("The browser keeps nothing:", error);
    }
    show();
  }

  // They keep their room, so that nothing on the page moves.
  function show() {
    const words = known();
    for (const mark of document.querySelectorAll("[data-about]")) mark.classList.toggle("is-known", words.has(mark.dataset.about));
    for (const button of document.querySelectorAll("[data-forget-known]")) button.hidden = words.size === 0;
  }

  document.addEventListener("click", (event) => {
    const done = event.target.closest("[data-known]");
    if (done) keep(known().add(done.dataset.known));
    if (event.target.closest("[data-forget-known]")) keep([]);
  });
  document.addEventListener("htmx:afterSettle", show);
  document.addEventListener("quayside:morphed", show);
  addEventListener("storage", show);
  show();
})();
