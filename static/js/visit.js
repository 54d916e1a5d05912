// Opens another page of the console without loading this one's frame, styles and scripts again: what is asked for is the whole
// page, and its main part, title and marks of where one is take the place of these. A page with scripts of its own (a log), and
// whatever else does not look like one of ours, is opened by the browser, as every page is without scripts.
(() => {
  const OWN = document.currentScript.src; // the last script of every page
  const prefix = window.quayside.meta("script-name") || "/";
  const ELSEWHERE = /^(?:do|accounts|setup|static|i18n|live)\/|\/logs\/|^logs\/|\/export\.|\/download\//;
  const FRAME = ["#nav", ".top", ".thumb"];
  let ahead = null; // { href, answer }: asked for when the button went down, a moment before the click
  let under = null; // the AbortController of the visit under way

  const scripts = (page) => [...page.querySelectorAll("script[src]")].map((script) => script.getAttribute("src")).join(" ");
  const language = (page) => page.documentElement.lang;
  const meta = (page, name) => page.querySelector(`meta[name="${name}"]`)?.content;
  // Only where this page has no scripts of its own, which would go on behind the next.
  const mayLeave = () => [...document.scripts].at(-1)?.src === OWN;

  const isPage = (address) =>
    address.origin === location.origin && address.pathname.startsWith(prefix) && !ELSEWHERE.test(address.pathname.slice(prefix.length));
  const isOurs = (element) => !element.target && !element.matches("[download], [data-download]") && !element.closest("[hx-get], [hx-post], [data-palette]");
  const isHere = (link) => link.hash && link.pathname === location.pathname && link.search === location.search;

  function wanted(event) {
    const link = event.target.closest?.("a[href]");
    const plain = !event.defaultPrevented && !event.button && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    return link && plain && isPage(link) && isOurs(link) && !isHere(link) && mayLeave() ? link : null;
  }

  async function ask(href, signal) {
    const answer = await fetch(href, { headers: { Accept: "text/html" }, credentials: "same-origin", signal });
    if (!answer.headers.get("Content-Type")?.startsWith("text/html")) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const same = scripts(page) === scripts(document) && language(page) === language(document) && meta(page, "version") === meta(document, "version");
    return same && page.getElementById("main") ? { page, href: answer.redirected ? answer.url : href } : null;
  }

  function show(page) {
    for (const open of document.querySelectorAll("dialog[open]")) open.close();
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
    for (const open of document.querySelectorAll(":popover-open")) open.hidePopover();
    document.title = page.title;
    document.getElementById("main").replaceWith(document.adoptNode(page.getElementById("main")));
    for (const part of FRAME) {
      const [before, after] = [document.querySelector(part), page.querySelector(part)];
      if (before && after) Idiomorph.morph(before, after, { morphStyle: "outerHTML" });
    }
    for (const one of page.querySelectorAll("[data-toast]")) {
      window.quayside.toast(one.className.match(/toast-(\w+)/)?.[1] ?? "info", one.textContent.trim());
    }
  }

  function settle(top) {
    const main = document.getElementById("main");
    htmx.process(main);
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target) target.scrollIntoView();
    else scrollTo({ top, behavior: "instant" });
    (main.querySelector("[autofocus]") ?? main).focus({ preventScroll: true });
    document.getElementById("visited").textContent = document.title;
    main.dispatchEvent(new CustomEvent("quayside:morphed", { bubbles: true }));
    document.dispatchEvent(new CustomEvent("quayside:visited"));
  }

  // `top` is where the page was scrolled to when one comes back to it; without it, it is a new entry of the history.
  async function visit(href, pressed = null, top = null) {
    under?.abort();
    const mine = (under = new AbortController());
    window.quayside.busy.begin(mine, pressed);
    try {
      const found = await (ahead?.href === href && top === null ? ahead.answer : ask(href, mine.signal));
      if (mine.signal.aborted) return;
      if (!found) return void location.assign(href);
      if (top === null) {
        const address = new URL(found.href);
        address.hash = new URL(href).hash;
        history.replaceState({ visited: true, top: scrollY }, "");
        history.pushState({ visited: true, top: 0 }, "", address);
      }
      show(found.page);
      settle(top ?? 0);
    } catch (error) {
      if (error.name === "AbortError") return;
      console.info("Opened by the browser:", error.message);
      location.assign(href); // which says in its own words why it can't
    } finally {
      ahead = null;
      if (under === mine) under = null;
      window.quayside.busy.end(mine);
    }
  }

  document.addEventListener("pointerdown", (event) => {
    const link = event.pointerType === "mouse" ? wanted(event) : null;
    ahead = link ? { href: link.href, answer: ask(link.href) } : null;
    ahead?.answer.catch(() => (ahead = null)); // then the click asks again, and says so
  });
  document.addEventListener("click", (event) => {
    const link = wanted(event);
    if (!link) return;
    event.preventDefault();
    visit(link.href, link);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "get" || !isOurs(form) || !isPage(new URL(form.action)) || !mayLeave()) return;
    event.preventDefault();
    const address = new URL(form.action);
    address.search = new URLSearchParams(new FormData(form, event.submitter));
    visit(address.href, event.submitter);
  });
  addEventListener("popstate", (event) => {
    if (event.state?.visited) visit(location.href, null, event.state.top);
  });
  addEventListener("scrollend", () => {
    if (history.state?.visited && !under) history.replaceState({ visited: true, top: scrollY }, "");
  });
})();
