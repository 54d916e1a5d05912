// What does a structured line say? JSON and logfmt as flat, bounded fields: the rules of hosts/lines/fields.py, in the worker and on the
// page. tests/hosts/lines/fields.json holds both to the same answers.
(() => {
  const LINE = 64 << 10, FIELDS = 200, DEPTH = 6, KEY = 128, VALUE = 4096;
  const PACKED_FIELDS = 60, PACKED_VALUE = 300; // what is kept of a line that is not opened
  const MESSAGES = ["message", "msg", "short_message", "MESSAGE", "@m", "@mt", "event", "body"];
  const TIMES = ["time", "timestamp", "@timestamp", "ts", "@t", "t", "datetime", "date", "eventTime"];
  const SPACE = " \\t\\n\\r\\f\\v";
  const PAIR = new RegExp(`(?:(?<=[${SPACE},;({[|])|^)([A-Za-z_@][\\w.@/-]{0,127})=(?:"([^"\\\\]*(?:\\\\.[^"\\\\]*)*)"|([^${SPACE}"][^${SPACE}]*|))`, "gs");
  const OBJECT = /(?:(?<=\s)|^)\{\s*"/;
  const BARE_MASK = /(?<=[:,[])\s*•••(?=\s*[,}\]])/g;
  const PARTS = /"(?:[^"\\]|\\.)*"|[{}[\]]/gs;
  // A double rounds such a number, and JSON has no word for the others: they are given as text.
  const ODD = /\d{16}|NaN|Infinity/;
  const ODD_VALUES = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])|NaN|-?Infinity/gs;
  const ODD_WORDS = { NaN: '"nan"', Infinity: '"inf"', "-Infinity": '"-inf"' };
  const HIGH = /[\ud800-\udfff]/;
  const LONE = /[\ud800-\udfff]/gu;
  const ESCAPES = { n: "\n", t: "\t", r: "\r" };

  // Where the object that begins here ends; -1 when it does not.
  function endOf(text, from) {
    PARTS.lastIndex = from;
    let depth = 0;
    for (let part = PARTS.exec(text); part; part = PARTS.exec(text)) {
      if (part[0] === "{" || part[0] === "[") depth++;
      else if (part[0].length === 1 && !--depth) return PARTS.lastIndex;
    }
    return -1;
  }

  const inWords = (part) => (part[0] === '"' ? part : (ODD_WORDS[part] ?? (Number.isSafeInteger(Number(part)) ? part : `"${part}"`)));

  function parsed(text) {
    try {
      return JSON.parse(ODD.test(text) ? text.replace(ODD_VALUES, inWords) : text);
    } catch {
      return null; // no JSON: a line may look like anything
    }
  }

  function cut(found, text, limit) {
    if (text.length > limit) {
      found.complete = false;
      text = text.slice(0, limit);
    }
    return HIGH.test(text) ? text.replace(LONE, "?") : text;
  }

  function scalar(found, value) {
    if (typeof value === "string") return cut(found, value, VALUE);
    return value === null || typeof value !== "object" ? value : cut(found, JSON.stringify(value), VALUE);
  }

  function flatten(found, prefix, values, depth) {
    for (const [key, value] of Object.entries(values)) {
      if (found.fields.size >= FIELDS) {
        found.complete = false;
        return;
      }
      const name = cut(found, prefix + key, KEY);
      const isObject = value !== null && typeof value === "object" && !Array.isArray(value);
      if (isObject && depth < DEPTH && Object.keys(value).length) flatten(found, `${name}.`, value, depth + 1);
      else found.fields.set(name, scalar(found, value));
    }
  }

  const first = (fields, keys) => {
    for (const key of keys) if (fields.has(key) && fields.get(key) !== null && fields.get(key) !== "") return String(fields.get(key));
    return "";
  };

  function described(found, before) {
    found.message = first(found.fields, MESSAGES) || before.slice(0, VALUE);
    found.time = first(found.fields, TIMES);
    return found;
  }

  function fromJson(text) {
    const begin = OBJECT.exec(text)?.index ?? -1;
    if (begin === -1) return null;
    let whole = text.endsWith("}") ? parsed(text.slice(begin)) : null;
    if (!whole) {
      const end = endOf(text, begin);
      if (end !== -1 && text.length - end <= KEY) whole = parsed(text.slice(begin, end));
    }
    if (!whole) {
      // A number that redaction has hidden leaves no JSON behind.
      const quoted = text.includes("•••") ? text.replace(BARE_MASK, '"•••"') : text;
      return quoted === text ? null : fromJson(quoted);
    }
    const found = { kind: "json", fields: new Map(), message: "", time: "", complete: true };
    flatten(found, "", whole, 1);
    return described(found, text.slice(0, begin).trim());
  }

  function fromPairs(text) {
    const found = { kind: "logfmt", fields: new Map(), message: "", time: "", complete: true };
    let begin = -1;
    let end = 0;
    for (const match of text.matchAll(PAIR)) {
      if (begin === -1) begin = match.index;
      end = match.index + match[0].length;
      if (found.fields.size >= FIELDS) {
        found.complete = false;
        break;
      }
      const value = match[2] === undefined ? match[3].replace(/[,;]+$/, "") : match[2].replace(/\\(.)/gs, (_all, letter) => ESCAPES[letter] ?? letter);
      found.fields.set(match[1], cut(found, value, VALUE));
    }
    if (begin === -1) return null;
    const coversAll = begin === 0 && end === text.trimEnd().length;
    return found.fields.size > 1 || coversAll ? described(found, text.slice(0, begin).trim()) : null;
  }

  // The fields of a line without its timestamp and colours; null when it is neither JSON nor logfmt.
  function structured(text) {
    if (text.length > LINE) return null;
    const found = text.includes('{"') || text[0] === "{" ? fromJson(text) : null;
    return found ?? (text.includes("=") ? fromPairs(text) : null);
  }

  const picture = (letter) => String.fromCharCode(0x2400 + letter.charCodeAt(0));
  const CONTROLS = /[\u0000-\u001f]/g;
  const short = (text) => {
    const part = text.length > PACKED_VALUE ? `${text.slice(0, PACKED_VALUE)}…` : text;
    return part.search(CONTROLS) === -1 ? part : part.replace(CONTROLS, picture);
  };
  const sign = (value) => (typeof value === "string" ? '"' : typeof value === "number" ? "#" : "!");

  // What a row shows of it, as one text: the message, and then keys and values, each value behind a sign of its type; "" for a plain line.
  function packed(text) {
    const found = structured(text);
    if (!found) return "";
    const parts = [short(found.message)];
    for (const [key, value] of found.fields) {
      if (parts.length > 2 * PACKED_FIELDS) break;
      parts.push(short(key), sign(value) + short(String(value)));
    }
    return parts.join("\u001f");
  }

  const isGiven = new Set([...TIMES, "level", "lvl", "severity", "levelname", "loglevel", "log.level", "@l"]);

  // The message, and [key, value, sign] for each field.
  function unpacked(pack) {
    const parts = pack.split("\u001f");
    const fields = [];
    for (let at = 1; at + 1 < parts.length; at += 2) fields.push([parts[at], parts[at + 1].slice(1), parts[at + 1][0]]);
    return { message: parts[0], fields };
  }

  // Those fields that say what the row does not say anyway.
  function worthShowing({ message, fields }) {
    return fields.filter(([key, value]) => !isGiven.has(key) && !(value === message && MESSAGES.includes(key)));
  }
  const api = { structured, packed, unpacked, worthShowing };
  if (globalThis.window) Object.assign(window.quayside.logs, api);
  else globalThis.fields = api;
})();
