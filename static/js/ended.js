// Says, to eyes and to screen readers, that a job of one's own has ended, on whichever page one is meanwhile.
(() => {
  const LEVELS = { succeeded: "success", failed: "error", cancelled: "info", interrupted: "warning" };
  const KEPT = "jobs-under-way"; // until the next page of this tab: a job may end between two

  function underWay() {
    try {
      return new Set(JSON.parse(sessionStorage.getItem(KEPT) ?? "[]"));
    } catch (error) {
      console.info("Storage is closed:", error.message);
      return new Set();
    }
  }

  function remember(paths) {
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(paths));
    } catch (error) {
      console.info("Storage is closed:", error.message);
    }
  }

  function words(job) {
    const [title, state, detail] = [".tray-title", ".state", ".tray-detail"].map((part) => job.querySelector(part)?.textContent.trim() ?? "");
    return job.dataset.state === "succeeded" && detail ? detail : [title, state, detail].filter(Boolean).join(" · ");
  }

  // Of what it did to many objects at once: an operation like any other.
  const undo = ({ dataset }) => (dataset.undo ? { url: dataset.undoUrl, doing: "", values: { on: dataset.undo, _sure: "1" } } : null);

  function look(tray) {
    const mine = [...tray.querySelectorAll(".tray-job[data-mine]")];
    const before = underWay();
    for (const job of mine) {
      const level = LEVELS[job.dataset.state];
      // The job's own page shows it, and more of it.
      if (level && before.has(job.pathname) && job.pathname !== location.pathname) window.quayside.toast(level, words(job), undo(job));
    }
    remember(mine.filter((job) => !LEVELS[job.dataset.state]).map((job) => job.pathname));
  }

  for (const name of ["quayside:morphed", "htmx:afterSwap"]) {
    document.addEventListener(name, (event) => event.target.id === "tray" && look(event.target));
  }
})();
