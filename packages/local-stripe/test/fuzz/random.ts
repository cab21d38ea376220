/** Chances that come out alike for the same seed. */
export interface Chances {
  /** A number from 0 up to 1. */
  readonly next: () => number;
  readonly pick: <T>(choices: readonly [T, ...T[]]) => T;
  /** One of what there may be none of. */
  readonly find: <T>(choices: readonly T[]) => T | undefined;
  /** The fields with a likelihood, else none. */
  readonly maybe: <T extends object>(likelihood: number, fields: T) => T | Record<string, never>;
}

/** Mulberry32: small, and good enough to wander through calls. */
export function startChances(seed: number): Chances {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const find = <T>(choices: readonly T[]): T | undefined => choices[Math.floor(next() * choices.length)];
  return {
    next,
    find,
    pick: (choices) => find(choices) ?? choices[0],
    maybe: (likelihood, fields) => (next() < likelihood ? fields : {}),
  };
}
