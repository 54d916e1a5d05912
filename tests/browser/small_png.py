"""Makes a screenshot small: a PNG of at most 256 colours, counted in the browser, written here."""

import base64
import struct
import zlib
from pathlib import Path

from playwright.sync_api import Page

# The 256 colours that most pixels have; every other becomes the nearest of them, or of those near to it.
COUNT = """async (picture) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${picture}`)).blob());
    const pen = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    pen.drawImage(bitmap, 0, 0);
    const { data } = pen.getImageData(0, 0, bitmap.width, bitmap.height);
    const colours = new Map();
    for (let at = 0; at < data.length; at += 4) {
        const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
        colours.set(colour, (colours.get(colour) ?? 0) + 1);
    }
    const kept = [...colours].sort((one, other) => other[1] - one[1]).slice(0, 256).map(([colour]) => colour);
    const parts = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];
    const far = (one, other) => parts(one).reduce((sum, part, at) => sum + (part - parts(other)[at]) ** 2, 0);
    const index = new Map(kept.map((colour, at) => [colour, at]));
    const nearer = (colour) => (best, one, at) => (far(one, colour) < far(kept[best], colour) ? at : best);
    let pixels = '';
    for (let at = 0; at < data.length; at += 4) {
        const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
        if (!index.has(colour)) index.set(colour, kept.reduce(nearer(colour), 0));
        pixels += String.fromCharCode(index.get(colour));
    }
    return [bitmap.width, bitmap.height, kept, btoa(pixels)];
}"""


def write(blank: Page, screenshot: bytes, path: Path) -> None:
    """`blank` is a page without a policy of its own."""
    width, height, colours, pixels = blank.evaluate(COUNT, base64.b64encode(screenshot).decode())
    body = base64.b64decode(pixels)
    rows = b"".join(b"\0" + body[top : top + width] for top in range(0, width * height, width))
    palette = b"".join(struct.pack(">I", colour)[1:] for colour in colours)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + _chunk(b"PLTE", palette)
        + _chunk(b"IDAT", zlib.compress(rows, 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
