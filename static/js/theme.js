// Sets the colour theme before the first paint; a page without this script stays light.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let onThisPage = "system"; // all that is left where storage is closed to us, as in some private windows

  function choice() {
    try {
      return localStorage.getItem("theme") || "system";
    } catch {
      return onThisPage;
    }
  }

  function apply() {
    const chosen = choice();
    const theme = chosen === "system" ? (dark.matches ? "dark" : "light") : chosen;
    document.documentElement.dataset.bsTheme = theme;
    for (const meta of document.querySelectorAll("meta[name=theme-color]")) meta.content = meta.dataset[theme];
    for (const input of document.querySelectorAll("input[name=theme]")) input.checked = input.value === chosen;
  }

  document.documentElement.classList.add("js");
  apply();
  dark.addEventListener("change", apply);
  addEventListener("storage", apply);
  document.addEventListener("DOMContentLoaded", apply);
  document.addEventListener("change", (event) => {
    if (event.target.name !== "theme") return;
    onThisPage = event.target.value;
    try {
      localStorage.setItem("theme", onThisPage);
    } catch {
      console.info("The theme is kept for this page only: storage is closed.");
    }
    apply();
  });
})();
