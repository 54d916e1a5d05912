// Only the console that was installed as an app takes on the worker that speaks when it cannot be reached: a browser has its own words.
(() => {
  const alone = ["standalone", "minimal-ui", "fullscreen", "window-controls-overlay"].map((mode) => `(display-mode: ${mode})`).join(", ");
  const scope = window.quayside.meta("script-name") || "/";
  if (navigator.serviceWorker && matchMedia(alone).matches) {
    navigator.serviceWorker.register(`${scope}away.js`, { scope }).catch((error) => console.info("No offline page:", error.message));
  }
})();
