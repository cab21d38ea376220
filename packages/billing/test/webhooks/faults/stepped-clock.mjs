const MOST_MS = 3 * 3_600_000;
const EVERY_MS = 50;

/** Sets this process's clock ahead, or has it step by up to three hours both ways, as with a bad time server. */
export function setClock(clock) {
  const TrueDate = Date;
  let aheadMs = clock.aheadMs;
  const step = () => {
    aheadMs = Math.round((2 * Math.random() - 1) * MOST_MS);
  };
  if (clock === "steps") {
    step();
    setInterval(step, EVERY_MS).unref();
  }
  globalThis.Date = class extends TrueDate {
    constructor(...given) {
      super(...(given.length === 0 ? [TrueDate.now() + aheadMs] : given));
    }

    static now() {
      return TrueDate.now() + aheadMs;
    }
  };
}
