// What is under a finger, or a button that is down, neither moves nor is replaced until it is let go: its click would be lost.
(() => {
  const LONGEST = 1000; // milliseconds; a press on a scrollbar may never be said to end
  let pressed = null;
  let waiting = [];

  addEventListener("pointerdown", (event) => (pressed = event.button ? null : event.target), true);
  function release() {
    pressed = null;
    const calls = waiting;
    waiting = [];
    setTimeout(() => calls.forEach((call) => call())); // the click comes first
  }
  for (const end of ["pointerup", "pointercancel", "contextmenu", "blur"]) {
    addEventListener(end, (event) => (end === "blur" && event.target !== window) || release(), true);
  }

  const released = () =>
    new Promise((resolve) => {
      if (!pressed) return resolve();
      setTimeout(resolve, LONGEST);
      return waiting.push(resolve);
    });
  Object.assign(window.quayside, { pressed: () => pressed, released });
})();
