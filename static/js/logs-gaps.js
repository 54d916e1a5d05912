// What is missing, and who goes on: a gap is said where it is, and a container that was made anew is followed.
(() => {
  const { say, logs: { page } } = window.quayside;
  if (!page) return;
  const box = document.getElementById("log");
  const words = document.getElementById("log-gap-words").dataset;

  const clock = (at) => at.toLocaleTimeString([], { hour12: false });
  const isToday = (at) => at.toDateString() === new Date().toDateString();
  // The day is said where it is another than today, or than that of the other end.
  function moments(since, until) {
    const [from, to] = [new Date(since), new Date(until)];
    const day = (at) => `${at.toLocaleDateString()} ${clock(at)}`;
    if (from.toDateString() === to.toDateString()) return [isToday(from) ? clock(from) : day(from), clock(to)];
    return [day(from), day(to)];
  }

  const TOLD = {
    gap: ({ since, until, why, slot = -1 }) => page.mark(say(words[why], ...moments(since, until)), slot),
    sources: ({ sources }) => {
      for (const { slot, id } of sources) {
        const before = page.sources.of(slot);
        if (before && before.id !== id) page.mark(say(words.goesOn, id.slice(0, 12)), slot);
      }
    },
  };
  page.listeners.push((data) => data.type === "said" && TOLD[data.message.type]?.(data.message));

  // One log: its container is gone, and another has its place. The address moves on with it; but who asked for a container
  // that was gone already stays there.
  const wasGone = document.getElementById("log-head")?.dataset.gone !== undefined;
  document.addEventListener("quayside:morphed", ({ target }) => {
    const { next, nextUrl } = target.dataset;
    if (target.id !== "log-head" || wasGone || !next || next === box.dataset.container) return;
    box.dataset.container = next;
    history.replaceState(null, "", `${nextUrl}${location.search}`);
    page.mark(say(words.goesOn, next.slice(0, 12)));
    Object.assign(page.asks, { tail: "10000", since: "" });
    page.open(false);
    delete page.asks.tail;
    delete page.asks.since;
    for (const link of document.querySelectorAll(".tabs a")) link.href = link.href.replace(/[0-9a-f]{64}/, next);
    const form = document.getElementById("log-take");
    if (form) form.action = form.action.replace(/[0-9a-f]{64}/, next);
    document.dispatchEvent(new CustomEvent("quayside:stale", { detail: target.id }));
  });
})();
