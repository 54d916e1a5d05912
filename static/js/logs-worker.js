// One log's connection, off the main thread: follows the socket, takes lines apart, and goes on where it stopped when it breaks.
//
// In:  {type: "load", parts}, {type: "open", address, opening, resume, run}, {type: "drawn", seq}, {type: "check", text},
//      {type: "decode", data, name, key, keys}: a message `lines` that came by another way, of one log or of those of these keys
// Out: {type: "lines", seq, times, nanos, texts, fields, kinds, spans, sources, levels, run, name}, {type: "said", message, run} for all else,
//      {type: "state", state, message}
"use strict";

const LONGEST_WAIT = 10000; // milliseconds between two tries to connect
const GIVE_UP_ON = 45000; // a socket that has been silent this long is dead: the server pings more often
const KEPT = 1000; // timestamps of the newest lines, to go on behind them
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) /;
const TOO_MANY = 4429; // more than the console gives at once: not at once again
const LATER = 30000;
const FINAL = new Set([4400, 4403, 4404]); // refused: trying again would change nothing

let address = "";
let opening = {};
let socket = null;
let tries = 0;
let heard = 0;
let stamps = [];
let timer = 0;
let run = 0; // which opening this is: what an earlier one said may still be on its way to the page
// Of a merged view: the page's own number ("slot") for each name, and for each of the server's numbers; each log's container.
let slots = new Map();
let numbers = [];
let containers = [];
let stampsOf = [];
let first = "";

// --- taking a line apart ---
const ODD = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/;
// Control sequences; strings such as titles and links; other escapes; single control characters.
const ESCAPES =
  /(?:\u001b\[|\u009b)([0-?]*)[ -/]*([@-~])|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^]*?(?:\u001b\\|\u0007|\u009c|$)|\u001b[ -/]*[0-~]?|[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g;
const BOLD = 1, DIM = 2, ITALIC = 4, UNDERLINE = 8, INVERSE = 16, STRIKE = 32;
const ON = { 1: BOLD, 2: DIM, 3: ITALIC, 4: UNDERLINE, 7: INVERSE, 9: STRIKE, 21: UNDERLINE };
const OFF = { 22: BOLD | DIM, 23: ITALIC, 24: UNDERLINE, 27: INVERSE, 29: STRIKE };

// 38;5;n and 38;2;r;g;b, with semicolons or colons: the colour and how many numbers it took.
function extended(codes, at) {
  if (codes[at + 1] === 5) return [Math.min(255, codes[at + 2] || 0), 2];
  if (codes[at + 1] !== 2) return [-1, 0];
  const [red, green, blue] = [2, 3, 4].map((step) => Math.min(255, codes[at + step] || 0));
  return [0x1000000 | (red << 16) | (green << 8) | blue, 4];
}

function colour(style, written) {
  // 38:2::r:g:b has an empty place for a colour space.
  const codes = written.replace(/([34]8:2):(\d*):(?=\d*:\d*:\d*)/g, "$1:").split(/[;:]/).map(Number);
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at];
    if (code === 0) Object.assign(style, { fg: -1, bg: -1, flags: 0 });
    else if (ON[code]) style.flags |= ON[code];
    else if (OFF[code]) style.flags &= ~OFF[code];
    else if (code >= 30 && code <= 37) style.fg = code - 30;
    else if (code >= 90 && code <= 97) style.fg = code - 82;
    else if (code === 39) style.fg = -1;
    else if (code >= 40 && code <= 47) style.bg = code - 40;
    else if (code >= 100 && code <= 107) style.bg = code - 92;
    else if (code === 49) style.bg = -1;
    else if (code === 38 || code === 48) {
      const [value, took] = extended(codes, at);
      style[code === 38 ? "fg" : "bg"] = value;
      at += took;
    }
  }
}

const picture = (code) => (code === 127 ? "\u2421" : code < 32 ? String.fromCharCode(0x2400 + code) : "");

// The text as it is shown, and "start,end,fg,bg,flags,start,..." for what is coloured in it.
function apart(raw) {
  const style = { fg: -1, bg: -1, flags: 0 };
  const spans = [];
  let text = "";
  let from = 0;
  const take = (piece) => {
    if (!piece) return;
    if (style.fg !== -1 || style.bg !== -1 || style.flags) {
      spans.push(text.length, text.length + piece.length, style.fg, style.bg, style.flags);
    }
    text += piece;
  };
  for (const match of raw.matchAll(ESCAPES)) {
    take(raw.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] === "m" && !/[<-?]/.test(match[1])) colour(style, match[1]);
    else if (match[0].length === 1 && match[0] !== "\u001b") take(picture(match[0].charCodeAt(0)));
  }
  take(raw.slice(from));
  return [text, spans.join()];
}

// --- times: milliseconds, and the nanoseconds after those ---
let second = ""; // most lines share it with the one before
let secondAt = 0;

function moment(stamp) {
  if (!stamp) return [NaN, 0];
  const whole = stamp.slice(0, 19);
  if (whole !== second) [second, secondAt] = [whole, Date.parse(`${whole}Z`)];
  const [, digits, zone] = /^.{19}(?:\.(\d+))?(.*)$/.exec(stamp);
  const nanos = Number((digits ?? "").padEnd(9, "0"));
  const offset = zone === "Z" ? 0 : Date.parse(`${whole}${zone}`) - secondAt;
  return [secondAt + offset + Math.floor(nanos / 1e6), nanos % 1e6];
}

function lines(data, slotOf = (number) => numbers[number]) {
  const bytes = new Uint8Array(data);
  const newline = bytes.indexOf(10);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, newline)));
  let from = newline + 1;
  const column = (size) => bytes.slice(from, (from += head.count * size));
  const kinds = column(1);
  const sources = head.sources ? Array.from(new Uint16Array(column(2).buffer), slotOf) : null;
  const levels = head.levels ? column(1) : null;
  const raw = new TextDecoder().decode(bytes.subarray(from)).split("\n");
  const stamps = new Array(head.count);
  const times = new Float64Array(head.count);
  const nanos = new Uint32Array(head.count);
  const [texts, fields, spans] = [0, 0, 0].map(() => new Array(head.count));
  for (let at = 0; at < head.count; at++) {
    const match = STAMP.exec(raw[at]);
    let text = match ? raw[at].slice(match[0].length) : raw[at];
    stamps[at] = match ? match[1] : "";
    [times[at], nanos[at]] = moment(stamps[at]);
    if (text.endsWith("\r")) text = text.slice(0, -1);
    [texts[at], spans[at]] = ODD.test(text) ? apart(text) : [text, ""];
    fields[at] = self.fields.packed(texts[at]);
  }
  return [stamps, { type: "lines", seq: head.seq, times, nanos, texts, fields, kinds, spans, sources, levels }];
}

function give(batch, more) {
  const moved = [batch.times, batch.nanos, batch.kinds, batch.levels].filter(Boolean).map((column) => column.buffer);
  postMessage({ ...batch, ...more }, moved);
}

// --- going on behind the last line ---
// Engines write nine digits and Z; where one writes fewer, or an offset, the text is no order.
function comparable(stamp) {
  if (stamp.length === 30 && stamp.endsWith("Z")) return stamp;
  const [, whole, digits, zone] = /^(.{19})(?:\.(\d+))?(.*)$/.exec(stamp);
  return `${new Date(whole + zone).toISOString().slice(0, 19)}.${(digits ?? "").padEnd(9, "0")}Z`;
}

// A container that was made anew has its forerunner's slot, and nothing of it was read yet.
function join(sources) {
  for (const source of sources) {
    if (!slots.has(source.key)) slots.set(source.key, slots.size);
    source.slot = slots.get(source.key);
    numbers[source.source] = source.slot;
    if (containers[source.slot] !== source.id) stampsOf[source.slot] = [];
    containers[source.slot] = source.id;
  }
}

function rememberEach(times, sources) {
  for (let at = 0; at < times.length; at++) {
    if (!times[at]) continue;
    first ||= times[at];
    stampsOf[sources[at]].push(comparable(times[at]));
  }
  for (const slot of new Set(sources)) if (stampsOf[slot].length > 2 * KEPT) stampsOf[slot] = stampsOf[slot].slice(-KEPT);
}

// Where each log stopped; those of which nothing was shown go on where the page begins.
function afterEach() {
  const places = {};
  for (const [slot, id] of containers.entries()) {
    const place = stampsOf[slot]?.length ? afterLast(stampsOf[slot]) : null;
    if (place) places[id.slice(0, 12)] = place.newest === place.time ? [place.time, place.lines] : [place.time, place.lines, place.newest];
  }
  return { places, since: first };
}

function remember(times) {
  for (const time of times.slice(-KEPT)) if (time) stamps.push(comparable(time));
  if (stamps.length > 2 * KEPT) stamps = stamps.slice(-KEPT);
}

function after() {
  if (first) return afterEach();
  return stamps.length ? afterLast(stamps) : null;
}

function afterLast(all) {
  const time = all.at(-1);
  const seen = all.filter((stamp) => stamp >= time);
  return { time, lines: seen.length, newest: seen.reduce((most, stamp) => (stamp > most ? stamp : most), time) };
}

// --- the socket ---
function state(name, message = "") {
  postMessage({ type: "state", state: name, message });
}

function connect() {
  clearTimeout(timer);
  const mine = new WebSocket(address);
  let refusal = "";
  mine.binaryType = "arraybuffer";
  socket = mine;
  mine.addEventListener("open", () => {
    heard = Date.now();
    tries = 0;
    mine.send(JSON.stringify({ type: "open", ...opening, after: after() }));
  });
  mine.addEventListener("message", (event) => {
    if (mine !== socket) return;
    heard = Date.now();
    if (typeof event.data !== "string") {
      const [times, batch] = lines(event.data);
      if (batch.sources) rememberEach(times, batch.sources);
      else remember(times);
      give(batch, { run });
      return;
    }
    const message = JSON.parse(event.data);
    if (message.type === "ping") mine.send('{"type":"pong"}');
    else if (message.type === "error") refusal = message.message;
    else {
      if (message.type === "sources") join(message.sources);
      if (message.source !== undefined) message.slot = numbers[message.source];
      postMessage({ type: "said", message, run });
    }
  });
  mine.addEventListener("close", (event) => {
    if (mine !== socket) return;
    socket = null;
    if (event.code === 4401) return state("signed-out");
    if (FINAL.has(event.code)) return state("refused", refusal || event.reason);
    if (event.code === TOO_MANY) {
      state("waiting", refusal || event.reason);
      timer = setTimeout(connect, LATER + Math.random() * LATER);
      return undefined;
    }
    state("resuming");
    const longest = Math.min(LONGEST_WAIT, 500 * 2 ** tries++);
    timer = setTimeout(connect, longest / 2 + Math.random() * (longest / 2));
    return undefined;
  });
}

onmessage = ({ data }) => {
  if (data.type === "drawn") {
    if (socket?.readyState === WebSocket.OPEN) socket.send(`{"type":"ack","seq":${data.seq}}`);
  } else if (data.type === "load") {
    importScripts(...data.parts);
  } else if (data.type === "decode") {
    const [, batch] = lines(data.data, (number) => slots.get(data.keys?.[number]) ?? -1);
    if (slots.has(data.key)) batch.sources = new Array(batch.texts.length).fill(slots.get(data.key));
    give(batch, { name: data.name });
  } else if (data.type === "check") {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: "filter", text: data.text }));
  } else if (data.type === "open") {
    ({ address, opening, run } = data);
    if (!data.resume) [stamps, stampsOf, containers, first] = [[], [], [], ""];
    tries = 0;
    const old = socket;
    socket = null;
    old?.close();
    connect();
  }
};

setInterval(() => {
  if (socket?.readyState === WebSocket.OPEN && Date.now() - heard > GIVE_UP_ON) socket.close();
}, 5000);
