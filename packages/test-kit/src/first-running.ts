import type { Vitest } from "vitest/node";

/** Something that tests run against, and how to end it where we started it. */
export interface Running {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Either what runs, or the reason why this source has none. */
export type Source<T extends Running = Running> = () => Promise<T | Unavailable>;

export interface Unavailable {
  readonly unavailable: string;
}

export interface Found<T> {
  /** The name of the source that had it. */
  readonly name: string;
  readonly running: T;
}

/**
 * Tries the sources in their order. Where none has anything, the suite is left out in loud words.
 *
 * @throws where none has anything and CI is set, since a suite that never runs there would not be missed.
 */
export async function firstRunning<T extends Running>(
  component: string,
  suite: string,
  sources: Readonly<Record<string, Source<T>>>,
  logger: Vitest["logger"],
): Promise<Found<T> | undefined> {
  const reasons: string[] = [];
  for (const [name, source] of Object.entries(sources)) {
    const running = await source();
    if (!("unavailable" in running)) return { name, running };
    reasons.push(`  - ${name}: ${running.unavailable}`);
  }
  const why = [`No ${component} could be had.`, ...reasons].join("\n");
  if (process.env["CI"]) throw new Error(why);
  logger.warn(`\n!!! ${suite.toUpperCase()} IS LEFT OUT. ${why}\n`);
  return undefined;
}

/** For what was there before us. */
export async function leaveRunning(): Promise<void> {}
