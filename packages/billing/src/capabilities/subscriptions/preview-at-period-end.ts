import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import type { Subscription } from "../../views/subscription.js";
import { changeMoment } from "./change-moment.js";
import type { PreparedChange } from "./prepare-change.js";
import {
  newPeriods,
  type Preview,
  type PreviewedChange,
  previewChange,
  previewFreshPeriod,
  previewUnchanged,
  previewUnprorated,
  withLines,
} from "./preview-invoices.js";

/** A change that waits for the end of the period that was paid for, so that nothing is due now. */
export async function previewAtPeriodEnd(
  scope: TenantScope,
  plan: PreparedChange,
  before: Subscription,
): Promise<PreviewedChange> {
  const changesAt = changeMoment(plan.items, before);
  const isNext = Number(changesAt) === Number(before.currentPeriodEnd);
  const [recurring, next] = await Promise.all([
    previewChange(scope, plan, "recurring"),
    isNext ? previewNext(scope, plan, before) : previewUnchanged(scope, plan),
  ]);
  const shown = await withLines(scope, next);
  return {
    shown,
    amountDueNow: 0,
    nextAmount: shown?.amount_due ?? null,
    nextInvoiceAt: shown === undefined ? null : before.currentPeriodEnd,
    recurring,
  };
}

/** The invoice that the change is made with. A new interval would begin at once, without the items that renew beside it. */
async function previewNext(
  scope: TenantScope,
  plan: PreparedChange,
  before: Subscription,
): Promise<Preview | undefined> {
  const next = await withLines(scope, await previewUnprorated(scope, plan));
  if (newPeriods(next, before, undefined).length === 0) return next;
  const changed = new Set(plan.items.flatMap((one) => (one.does === "add" ? [] : one.item.id)));
  const unchanged = before.items.filter(({ id }) => !changed.has(id));
  const renewing = unchanged.filter(
    (item) => Number(item.currentPeriodEnd) === Number(before.currentPeriodEnd),
  );
  if (renewing.length === 0) return next;
  const goingOn = unchanged.filter((item) => !renewing.includes(item)).map(({ id }) => id);
  return previewFreshPeriod(scope, plan, goingOn);
}
