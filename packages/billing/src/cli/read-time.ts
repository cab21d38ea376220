import { UsageError } from "./usage-error.js";

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `2027-01-31`, `2027-01-31T12:00:00Z`, or how long ago it was: `90m`, `12h`, `3d`. @throws UsageError */
export function readTime(name: string, text: string, nowMs: number = Date.now()): Date {
  const [, count, unit = ""] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (count !== undefined) return new Date(nowMs - Number(count) * (UNIT_MS[unit] ?? 0));
  const isIso = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))?$/.test(text);
  const timeMs = isIso ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(timeMs)) return new Date(timeMs);
  throw new UsageError(
    `--${name} must be a date such as 2027-01-31T12:00:00Z, or how long ago, such as 3d or 12h.`,
  );
}
