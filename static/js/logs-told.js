// What is told about the logs themselves: live, lost and found again, skipped, ended. It stands in the page's status, beside each of
// many logs, and as a mark among the lines where it happened.
(() => {
  const { say } = window.quayside;

  class Told {
    // `sources` are those of many logs, or null; `mark(text, slot)` puts a line among the lines.
    constructor(words, sources, mark) {
      Object.assign(this, { words, sources, mark, paused: false, ended: false, lost: false });
      this.element = document.getElementById("log-status");
      this.again = document.querySelector('[data-log="again"]');
    }

    status(text, tone) {
      this.element.dataset.tone = tone;
      this.element.querySelector("span").textContent = text;
      this.again.hidden = tone !== "ended" || Boolean(this.sources);
    }

    connecting() {
      this.status(this.words.connecting, "busy");
    }

    pause(paused) {
      this.paused = paused;
      if (this.sources) this.overall();
      else if (!this.ended) this.follows();
    }

    follows() {
      this.status(this.paused ? this.words.paused : this.words.live, this.paused ? "paused" : "live");
    }

    // Of all of them.
    overall() {
      const { words } = this;
      const { total, live, lost, ended } = this.sources.summary();
      this.ended = total > 0 && ended === total;
      if (this.paused) this.status(words.paused, "paused");
      else if (!total) this.status(words.none, "busy");
      else if (this.ended) this.status(words.allEnded, "ended");
      else if (lost && !live) this.status(words.engineLost, "lost");
      else this.status(live ? words.live : words.connecting, live ? "live" : "busy");
    }

    // A message of the server.
    hear(message) {
      if (!this.sources) return void OF_ONE[message.type]?.(this, message);
      OF_EACH[message.type]?.(this, message);
      this.overall();
    }

    // How the connection is.
    is(state, message) {
      CONNECTION[state]?.(this, message);
    }
  }

  const OF_ONE = {
    opened: (told) => {
      told.ended = false;
      if (told.lost) told.mark(told.words.resumed);
      told.lost = false;
      told.follows();
    },
    skipped: (told, { lines }) => told.mark(say(told.words.skipped, lines)),
    notice: (told, { message }) => {
      if (!told.lost) told.mark(`${told.words.engineLost} ${message}`);
      told.lost = true;
      told.status(told.words.engineLost, "lost");
    },
    end: (told, { message }) => {
      told.ended = true;
      told.mark(message);
      told.status(message, "ended");
    },
  };

  const OF_EACH = {
    sources: ({ sources }, message) => {
      sources.join(message.sources);
      if (message.message) sources.say("many", message.message);
      for (const { name, message: why } of message.refused) sources.say(name, `${name}: ${why}`);
    },
    skew: ({ sources, words }, { host, seconds }) => {
      sources.say(`clock of ${host}`, seconds && say(seconds > 0 ? words.ahead : words.behind, host, Math.abs(seconds)));
    },
    opened: ({ sources, words, mark }, { slot }) => {
      if (sources.of(slot)?.condition === "lost") mark(words.resumed, slot);
      sources.is(slot, "live");
    },
    skipped: ({ sources, words, mark }, { slot, lines }) => {
      mark(say(words.skipped, lines), slot);
      sources.skipped(slot, lines);
    },
    notice: ({ sources, words, mark }, { slot, message }) => {
      if (sources.of(slot)?.condition !== "lost") mark(`${words.engineLost} ${message}`, slot);
      sources.is(slot, "lost", words.lost);
    },
    end: ({ sources, words, mark }, { slot, why, code, message }) => {
      mark(message, slot);
      sources.is(slot, "ended", code ? `${words[why] ?? ""} (${code})` : (words[why] ?? message));
    },
  };

  const CONNECTION = {
    resuming: (told) => {
      told.sources?.forget();
      told.status(told.words.resuming, "lost");
    },
    waiting: (told, message) => {
      told.sources?.forget();
      told.status(message, "lost");
    },
    refused: (told, message) => OF_ONE.end(told, { message }),
    "signed-out": () => location.reload(),
  };
  Object.assign(window.quayside.logs, { Told });
})();
