/** The length of one period of a price. */
export interface Interval {
  readonly interval: string;
  readonly interval_count: number;
}

const DAY_SECONDS = 24 * 3600;

/** A period as the anchor cuts time: it begins at `start` and is over at `end`, both in Unix seconds. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

/**
 * The period that a moment lies in, before or after the anchor. It is counted from the anchor, so that the 31st stays the
 * 31st in every month that has one, and is the last day of the month in the others.
 */
export function periodAt(anchor: number, length: Interval, moment: number): Period {
  const ahead = moment - anchor;
  // Divided by the length that cannot overshoot: the longest after the anchor, the shortest before it.
  let count = Math.floor(ahead / (ahead < 0 ? shortestSeconds(length) : longestSeconds(length)));
  for (;;) {
    const end = plusIntervals(anchor, length, count + 1);
    if (end > moment) return { start: plusIntervals(anchor, length, count), end };
    count += 1;
  }
}

/** The moment that lies `count` intervals after the anchor. */
export function plusIntervals(anchor: number, length: Interval, count: number): number {
  const units = length.interval_count * count;
  if (length.interval === "day") return anchor + units * DAY_SECONDS;
  if (length.interval === "week") return anchor + units * 7 * DAY_SECONDS;
  const months = length.interval === "year" ? units * 12 : units;
  const start = new Date(anchor * 1000);
  const moved = new Date(start);
  moved.setUTCDate(1);
  moved.setUTCMonth(start.getUTCMonth() + months);
  moved.setUTCDate(Math.min(start.getUTCDate(), lastDay(moved)));
  return Math.floor(moved.getTime() / 1000);
}

export function isSameLength(one: Interval | null, other: Interval | null): boolean {
  return one?.interval === other?.interval && one?.interval_count === other?.interval_count;
}

function shortestSeconds(length: Interval): number {
  const days = { day: 1, week: 7, month: 28, year: 365 }[length.interval] ?? 1;
  return days * DAY_SECONDS * length.interval_count;
}

function longestSeconds(length: Interval): number {
  const days = { day: 1, week: 7, month: 31, year: 366 }[length.interval] ?? 366;
  return days * DAY_SECONDS * length.interval_count;
}

function lastDay(month: Date): number {
  return new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 0)).getUTCDate();
}
