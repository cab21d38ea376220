/** Measures sides in turns, each first in every other round, so that whatever else the machine does falls on both. */
const ROUNDS = 31;

/** @param measure takes a side, and returns or resolves to its figure of one round. */
export async function takeTurns(sides, measure, { rounds = ROUNDS, warmUp = 3 } = {}) {
  const names = Object.keys(sides);
  const figures = Object.fromEntries(names.map((name) => [name, []]));
  for (let i = -warmUp; i < rounds; i += 1) {
    for (const name of i % 2 === 0 ? names : names.toReversed()) {
      const figure = await measure(sides[name]);
      if (i >= 0) figures[name].push(figure);
    }
  }
  return figures;
}

/** Calls a second, so many at once. */
export function rateOf({ calls, concurrency }) {
  return async (call) => {
    const startedAt = performance.now();
    let left = calls;
    const worker = async () => {
      while (left-- > 0) await call();
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
    return (calls / (performance.now() - startedAt)) * 1_000;
  };
}

/** The processor's microseconds a call, of work that waits for nothing: the turns of other processes are not in them. */
export function microsecondsOf(calls) {
  return (work) => {
    const before = process.cpuUsage();
    for (let i = 0; i < calls; i += 1) work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / calls;
  };
}
