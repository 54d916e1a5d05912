// Says, to eyes and to screen readers, that a job of one's own has ended, on whichever page one is meanwhile.
(() => {
  const LEVELS = { succeeded: "success", failed: "error", cancelled: "info", interrupted: "warning" };
  let underWay = new Set();

  const mine = (tray) => [...tray.querySelectorAll(".tray-job[data-mine]")];

  function look(tray) {
    for (const job of mine(tray)) {
      const level = LEVELS[job.dataset.state];
      // The job's own page shows it, and more of it.
      if (!level || !underWay.has(job.pathname) || job.pathname === location.pathname) continue;
      const words = [".tray-title", ".state", ".tray-detail"].map((part) => job.querySelector(part)?.textContent.trim()).filter(Boolean);
      window.quayside.toast(level, words.join(" · "));
    }
    underWay = new Set(mine(tray).filter((job) => !LEVELS[job.dataset.state]).map((job) => job.pathname));
  }

  for (const name of ["quayside:morphed", "htmx:afterSwap"]) {
    document.addEventListener(name, (event) => event.target.id === "tray" && look(event.target));
  }
})();
