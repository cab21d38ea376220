/** Converts Stripe's seconds since 1970 to a Date. */
export function toDate(epochSeconds: number): Date {
  return new Date(epochSeconds * 1000);
}

export function toDateOrNull(epochSeconds: number | null | undefined): Date | null {
  return typeof epochSeconds === "number" ? toDate(epochSeconds) : null;
}

export function toEpochSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
