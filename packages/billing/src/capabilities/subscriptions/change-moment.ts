import { ConflictError } from "../../errors.js";
import type { Subscription } from "../../views/subscription.js";
import type { ResolvedItem } from "./items.js";

/**
 * When a change at the end of the period is made: when the period ends of the items that it changes or removes, so that
 * nothing is lost that was paid for. One that names no item of the subscription's is made when the first period ends.
 *
 * @throws ConflictError when these items end at different times.
 */
export function changeMoment(
  items: readonly ResolvedItem[],
  { items: current, currentPeriodEnd }: Subscription,
): Date | null {
  const touched = new Set(items.flatMap((one) => (one.does === "add" ? [] : one.item.id)));
  const ends = current.filter(({ id }) => touched.has(id)).map((item) => item.currentPeriodEnd);
  const [first = currentPeriodEnd, ...others] = ends;
  if (others.every((end) => Number(end) === Number(first))) return first;
  const dates = [...new Set(ends.map((end) => end?.toISOString() ?? "unknown"))];
  throw new ConflictError(
    `The periods of the items to change end at different times (${dates.join(", ")}), and a change at the end of the period is made at one. Change only items that end together, or change the others now.`,
  );
}
