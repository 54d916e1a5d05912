// The lines that this page holds, oldest first, packed into blocks: no object for a line. Each line keeps its number for good.
(() => {
  const MOST = 200000; // lines
  const MOST_CHARACTERS = 96 << 20; // and of these: long lines leave room for fewer
  const BLOCK = 2048; // lines of one block,
  const BLOCK_CHARACTERS = 2 << 20; // or fewer, if they are long
  const MARK = 0, CUT = 0x80, LATE = 0x40, CONTINUES = 0x20, KIND = 0x1f;

  // Texts that become one string when no more are to come.
  class Texts {
    constructor() {
      this.each = [];
      this.joined = "";
      this.ends = null;
      this.characters = 0;
    }

    push(text) {
      this.each.push(text);
      this.characters += text.length;
    }

    at(place) {
      return this.ends ? this.joined.slice(place ? this.ends[place - 1] : 0, this.ends[place]) : this.each[place];
    }

    length(place) {
      return this.ends ? this.ends[place] - (place ? this.ends[place - 1] : 0) : this.each[place].length;
    }

    seal() {
      this.ends = new Uint32Array(this.each.length);
      let end = 0;
      for (let place = 0; place < this.each.length; place++) this.ends[place] = end += this.each[place].length;
      this.joined = this.each.join("");
      this.each = null;
    }
  }

  class Block {
    constructor(first) {
      Object.assign(this, { first, count: 0, characters: 0, texts: new Texts(), fields: new Texts(), spans: new Texts() });
      this.times = new Float64Array(BLOCK); // milliseconds since 1970; NaN for what has no time
      this.nanos = new Uint32Array(BLOCK); // and the nanoseconds after those
      this.kinds = new Uint8Array(BLOCK);
      this.levels = new Uint8Array(BLOCK);
      this.sources = new Int16Array(BLOCK);
    }

    get isFull() {
      return this.count === BLOCK || this.characters > BLOCK_CHARACTERS;
    }

    push(batch, at) {
      const place = this.count++;
      this.times[place] = batch.times[at];
      this.nanos[place] = batch.nanos?.[at] ?? 0;
      this.kinds[place] = batch.kinds[at];
      this.levels[place] = batch.levels?.[at] ?? 0;
      this.sources[place] = batch.sources?.[at] ?? -1;
      this.texts.push(batch.texts[at]);
      this.fields.push(batch.fields?.[at] ?? "");
      this.spans.push(batch.spans?.[at] ?? "");
      this.characters = this.texts.characters + this.fields.characters + this.spans.characters;
    }

    seal() {
      for (const texts of [this.texts, this.fields, this.spans]) texts.seal();
    }
  }

  class Lines {
    constructor() {
      this.ondrop = () => {}; // is told of each block that goes
      this.clear();
    }

    clear() {
      Object.assign(this, { first: 0, end: 0, blocks: [], characters: 0, longest: 0, hint: null });
    }

    get length() {
      return this.end - this.first;
    }

    add(batch) {
      for (let at = 0; at < batch.texts.length; at++) {
        let block = this.blocks.at(-1);
        if (!block || block.isFull) {
          block?.seal();
          block = new Block(this.end);
          this.blocks.push(block);
        }
        const before = block.characters;
        block.push(batch, at);
        this.end++;
        this.characters += block.characters - before;
        const width = batch.fields?.[at] ? batch.fields[at].length + 40 : batch.texts[at].length;
        if (width > this.longest) this.longest = width;
      }
    }

    // Forget the oldest blocks when there is too much; whether any went.
    trim() {
      const { first } = this;
      while (this.blocks.length > 1 && (this.length > MOST + BLOCK || this.characters > MOST_CHARACTERS)) {
        const gone = this.blocks.shift();
        this.first += gone.count;
        this.characters -= gone.characters;
        if (this.hint === gone) this.hint = null;
        this.ondrop(gone);
      }
      return this.first !== first;
    }

    // The block that holds a line.
    block(number) {
      const { hint, blocks } = this;
      if (hint && hint.first <= number && number < hint.first + hint.count) return hint;
      let low = 0;
      let high = blocks.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (blocks[middle].first <= number) low = middle;
        else high = middle - 1;
      }
      return (this.hint = blocks[low]);
    }

    text(number) {
      const block = this.block(number);
      return block.texts.at(number - block.first);
    }

    time(number) {
      const block = this.block(number);
      return block.times[number - block.first];
    }

    // How many characters it takes to show a line.
    width(number, asFields) {
      const block = this.block(number);
      return (asFields && block.fields.length(number - block.first)) || block.texts.length(number - block.first);
    }

    // One line by its number.
    line(number) {
      const block = this.block(number);
      const at = number - block.first;
      return {
        number,
        time: block.times[at],
        nanos: block.nanos[at],
        text: block.texts.at(at),
        fields: block.fields.at(at),
        spans: block.spans.at(at),
        kind: block.kinds[at],
        level: block.levels[at],
        source: block.sources[at],
      };
    }

    // How many of its moment and log stand before it; `isSure` when none of them can be missing here.
    nth(number) {
      const { time, nanos, source } = this.line(number);
      let nth = 0;
      let at = number - 1;
      for (; at >= this.first; at--) {
        const line = this.line(at);
        if (line.time < time || (line.time === time && line.nanos < nanos && line.source === source)) break;
        if (line.time === time && line.nanos === nanos && line.source === source) nth++;
      }
      return { nth, isSure: at >= this.first };
    }

    // The first line that is not older than a time; -1 when all are. Lines of several logs are nearly in order: late ones are passed over.
    since(time) {
      for (const block of this.blocks) {
        for (let at = 0; at < block.count; at++) if (block.times[at] >= time) return block.first + at;
      }
      return -1;
    }
  }

  // A text in seven letters, to know it again.
  function mark(text) {
    let hash = 0x811c9dc5;
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    return (hash >>> 0).toString(36);
  }

  // The timestamp as the engine wrote it: nine digits and Z.
  function stamp({ time, nanos }) {
    return Number.isNaN(time) ? "" : `${new Date(time).toISOString().slice(0, -1)}${String(nanos).padStart(6, "0")}Z`;
  }
  window.quayside.logs = { ...window.quayside.logs, Lines, mark, stamp, MARK, CUT, LATE, CONTINUES, KIND };
})();
