// The focus is never lost to a redrawing: when what had it is gone, what stands in its place has it next.
(() => {
  const CAN = "a[href], button:not(:disabled), input:not(:disabled, [type=hidden]), select:not(:disabled), textarea:not(:disabled), summary, [tabindex='0']";
  const among = (root) => [...root.querySelectorAll(CAN)].filter((one) => one.checkVisibility());

  // Notes what has the focus within an element. What it answers is called after the redrawing.
  function keepFocus(element) {
    const focused = element.contains(document.activeElement) ? document.activeElement : null;
    if (!focused) return () => {};
    const row = focused.closest("tbody > tr");
    const rows = row ? [...row.parentElement.rows] : [];
    const at = rows.indexOf(row);
    const nearest = [...rows.slice(at + 1), ...rows.slice(0, Math.max(at, 0)).reverse()];
    const place = Math.max(among(row ?? element).indexOf(focused), 0);
    return () => {
      if (document.activeElement === focused) return;
      if (focused.isConnected) {
        focused.focus({ preventScroll: true }); // it was moved
      } else if (document.activeElement === document.body) {
        const now = nearest.find((each) => each.isConnected) ?? (element.isConnected ? element : document.getElementById(element.id));
        const fields = now ? among(now) : [];
        (fields[Math.min(place, fields.length - 1)] ?? document.getElementById("main"))?.focus({ preventScroll: true });
      }
    };
  }
  window.quayside.keepFocus = keepFocus;

  const swaps = new WeakMap(); // a request → what puts the focus back when its answer stands on the page
  document.addEventListener("htmx:beforeSwap", ({ detail }) => swaps.set(detail.xhr, keepFocus(detail.target)));
  document.addEventListener("htmx:afterSwap", ({ detail }) => swaps.get(detail.xhr)?.());
})();
