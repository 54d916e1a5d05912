// Where the console cannot be reached, the installed app says so in its own words. No page of the console is ever kept.
const KEPT = "away";
const page = new URL("away/", self.registration.scope).href;
const LINKED = /(?:href|src)="([^"]+\.(?:css|js|svg|woff2)[^"]*)"/g;

// The page and what it is drawn with; all of it anew with each version of the console.
async function keep() {
  const answer = await fetch(page, { cache: "reload", credentials: "omit" });
  if (!answer.ok) throw new Error(`${page}: ${answer.status}`);
  const linked = [...(await answer.clone().text()).matchAll(LINKED)].map(([, address]) => address.split("#")[0]);
  await caches.delete(KEPT);
  const cache = await caches.open(KEPT);
  await Promise.all([cache.put(page, answer), cache.addAll([...new Set(linked)])]);
}

async function begin() {
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

// A proxy that answers in its place knows nothing of requests: ours carry their id.
const isAway = (answer) => [502, 503, 504].includes(answer.status) && !answer.headers.has("X-Request-ID");

async function go(event) {
  try {
    const answer = (await event.preloadResponse) ?? (await fetch(event.request));
    if (!isAway(answer)) return answer;
  } catch (error) {
    console.info("The console cannot be reached:", error.message);
  }
  return (await caches.match(page)) ?? Response.error();
}

const orKept = (request) => fetch(request).catch(async (error) => (await caches.match(request)) ?? Promise.reject(error));

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(begin()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate") event.respondWith(go(event));
  else if (request.method === "GET" && request.url.startsWith(new URL("static/", self.registration.scope).href)) event.respondWith(orKept(request));
});
