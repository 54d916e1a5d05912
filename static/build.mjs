// Makes static/vendor from the packages pinned in package-lock.json; with --check says whether it is up to date.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "..", "node_modules");
const vendor = join(here, "vendor");

if (!existsSync(join(modules, "@tabler", "core"))) {
  console.error("The packages are not installed: run `npm ci --ignore-scripts` first.");
  process.exit(2);
}
const { transform } = await import("esbuild");

// The classes of Tabler that the pages use; a selector that names any other is left out, so that nobody downloads, and no browser
// weighs at each change of the page, what no page has. Elements without a class keep all of theirs.
const USED = new RegExp(
  String.raw`^(?:btn|btn-(?:primary|danger|ghost|icon|sm|link)|card|card-(?:body|footer|header|title|table)|disabled|active|show|figure|` +
    String.raw`form-(?:check|control|label|select|text|switch)(?:-[a-z-]+)?|form-check-(?:input|label)|is-(?:in)?valid|was-validated|` +
    String.raw`icon|font-monospace|input-group(?:-text)?|visually-hidden(?:-focusable)?|text-secondary)$`,
);
const NOTICE = /\/\*[\s\S]*?\*\//g;
const ANY_CLASS = /\.(-?[_a-zA-Z][\w-]*)/g;
const isUsed = (selector) => [...selector.matchAll(ANY_CLASS)].every(([, name]) => USED.test(name));

/** Top-level pieces of a stylesheet: rules, at-rules with a block, at-rules that end in a semicolon. */
function pieces(css) {
  const found = [];
  let depth = 0, start = 0, quote = "";
  for (let at = 0; at < css.length; at++) {
    const char = css[at];
    if (char === "\\") at++;
    else if (quote) quote = char === quote ? "" : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === "{") depth++;
    else if ((char === "}" && --depth === 0) || (char === ";" && depth === 0)) {
      found.push(css.slice(start, at + 1));
      start = at + 1;
    }
  }
  return found;
}

/** Selectors of one list; a comma inside :is() or :not() does not part them. */
const selectors = (list) => list.match(/(?:\([^)]*(?:\([^)]*\)[^)]*)*\)|\[[^\]]*\]|[^,([])+/g) ?? [];

function subset(css) {
  return pieces(css)
    .map((piece) => {
      const open = piece.indexOf("{");
      if (open < 0) return piece;
      const head = piece.slice(0, open);
      if (/^@(?:media|supports)/.test(head)) {
        const inner = subset(piece.slice(open + 1, -1));
        return inner ? `${head}{${inner}}` : "";
      }
      if (head.startsWith("@")) return piece;
      const [notices, list] = [head.match(NOTICE)?.join("") ?? "", head.replace(NOTICE, "")];
      const kept = selectors(list).filter(isUsed);
      return notices + (kept.length ? kept.join(",") + piece.slice(open) : "");
    })
    .join("");
}

/** Without the custom properties and the animations that nothing left in it asks for. */
function needed(css) {
  const asked = (text, pattern) => new Set([...text.matchAll(pattern)].map(([, name]) => name));
  for (let before = ""; before !== css; ) {
    before = css;
    const variables = asked(css, /var\((--[\w-]+)/g);
    css = css.replace(/(--[\w-]+):(?:[^;{}"']|"[^"]*"|'[^']*')*(?:;|(?=}))/g, (whole, name) => (variables.has(name) ? whole : ""));
  }
  const animations = asked(css, /animation(?:-name)?:[^;}]*?([a-z][\w-]+)/g);
  return pieces(css)
    .filter((piece) => !/^@(?:-webkit-)?keyframes/.test(piece) || animations.has(piece.match(/keyframes ([\w-]+)/)[1]))
    .filter((piece) => !/\{\}$/.test(piece))
    .join("");
}

/** Each icon as a mask that its element's own colour shows through: drawn once, where a drawing per element is drawn each time. */
function masks() {
  const outline = "fill='none' stroke='#000' stroke-width='1.75' stroke-linecap='round' stroke-linejoin='round'";
  const escaped = { '"': "'", "<": "%3C", ">": "%3E", "#": "%23" };
  const rules = readFileSync(join(here, "icons.txt"), "utf8")
    .split("\n")
    .filter((line) => line && !line.startsWith("#"))
    .map((line) => {
      const [kind, name] = line.startsWith("filled/") ? ["filled", line.slice(7)] : ["outline", line];
      const svg = readFileSync(join(modules, "@tabler", "icons", "icons", kind, `${name}.svg`), "utf8");
      const shapes = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace("</svg>", "").replace(/<path stroke="none"[^>]*\/>/, "");
      const paint = kind === "filled" ? "" : ` ${outline}`;
      const drawing = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'${paint}>${shapes.replace(/\s*\n\s*/g, "")}</svg>`;
      return `.icon-${name}${kind === "filled" ? "-filled" : ""}{mask-image:url("data:image/svg+xml,${drawing.replace(/["<>#]/g, (char) => escaped[char])}")}`;
    });
  return `${rules.join("\n")}\n`;
}

const from = (...path) => readFileSync(join(modules, ...path));
const minified = async (css) => (await transform(css, { loader: "css", minify: true, legalComments: "inline" })).code;

const MADE = [
  ["@tabler/core", { "tabler.css": () => minified(needed(subset(from("@tabler/core/dist/css/tabler.min.css").toString()))) }],
  ["@tabler/icons", { "icons.css": masks }],
  ["@fontsource-variable/inter", {
    "inter-latin.woff2": () => from("@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"),
    "inter-latin-ext.woff2": () => from("@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2"),
  }],
  ["htmx.org", { "htmx.js": () => from("htmx.org/dist/htmx.min.js") }],
  ["idiomorph", { "idiomorph.js": () => from("idiomorph/dist/idiomorph-ext.min.js") }],
];

const MIT = (holder) => `MIT License\n\nCopyright (c) ${holder}\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\nof this software and associated documentation files (the "Software"), to deal\nin the Software without restriction, including without limitation the rights\nto use, copy, modify, merge, publish, distribute, sublicense, and/or sell\ncopies of the Software, and to permit persons to whom the Software is\nfurnished to do so, subject to the following conditions:\n\nThe above copyright notice and this permission notice shall be included in all\ncopies or substantial portions of the Software.\n\nTHE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR\nIMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,\nFITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE\nAUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER\nLIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,\nOUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE\nSOFTWARE.\n`;

/** The package's own licence file; Tabler's package carries none, only the notice at the head of its stylesheet. */
function licence(name) {
  const file = readdirSync(join(modules, name)).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
  if (file) return readFileSync(join(modules, name, file), "utf8");
  if (name === "@tabler/core") return MIT("2018-2026 The Tabler Authors, codecalm.net Paweł Kuna");
  throw new Error(`${name} has no licence file`);
}

async function make() {
  const files = new Map();
  const manifest = [];
  for (const [name, outputs] of MADE) {
    const about = JSON.parse(from(name, "package.json"));
    const notice = `licences/${name.replace(/^@/, "").replace("/", "-")}.txt`;
    files.set(notice, Buffer.from(licence(name)));
    for (const [file, produce] of Object.entries(outputs)) {
      const body = Buffer.from(await produce());
      files.set(file, body);
      const sha256 = createHash("sha256").update(body).digest("hex");
      manifest.push({ file, name, version: about.version, licence: about.license, notice, sha256 });
    }
  }
  files.set("manifest.json", Buffer.from(JSON.stringify(manifest, null, 2) + "\n"));
  return files;
}

function present(folder = vendor) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).map(String).filter((name) => statSync(join(folder, name)).isFile());
}

const files = await make();
if (process.argv.includes("--check")) {
  const stale = [...files].filter(([name, body]) => {
    const path = join(vendor, name);
    return !existsSync(path) || !readFileSync(path).equals(body);
  });
  const wrong = [...stale.map(([name]) => name), ...present().filter((name) => !files.has(name))];
  if (wrong.length) {
    console.error(`static/vendor is not what package-lock.json makes: ${wrong.join(", ")}. Run \`npm run build\`.`);
    process.exit(1);
  }
  console.log(`static/vendor is up to date (${files.size} files).`);
} else {
  rmSync(vendor, { recursive: true, force: true });
  for (const [name, body] of files) {
    mkdirSync(dirname(join(vendor, name)), { recursive: true });
    writeFileSync(join(vendor, name), body);
    if (/\.(css|js|svg)$/.test(name)) {
      console.log(`${relative(process.cwd(), join(vendor, name))}: ${body.length} bytes, ${brotliCompressSync(body).length} with brotli`);
    }
  }
}
