import { onGracePeriod } from "@repo/billing";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { readConfirmation } from "./confirmation-fields.js";
import { listPlans } from "./list-plans.js";
import { ChangePage } from "./pages/change-page.js";
import { KeepFirstPage } from "./pages/keep-first-page.js";
import { isUnchanged, MAX_SEATS, type PlanChoice, toChange } from "./plan-choice.js";
import type { SignedIn } from "./sign-in.js";

/** Shows what a choice costs, before anything is changed. */
export async function previewChange(c: Context<SignedIn>): Promise<Response> {
  const { billing, workspace } = c.var;
  const values = new URL(c.req.url).searchParams;
  const plan = await choosePlan(c, values);
  if (mustKeepFirst(plan)) return c.html(<KeepFirstPage workspace={workspace} plan={plan} />);
  const preview = isUnchanged(plan)
    ? undefined
    : await billing.previewSubscriptionChange(workspace.subscriptionId, toChange(plan));
  return c.html(<ChangePage workspace={workspace} plan={plan} preview={preview} />);
}

/** Makes the change that was previewed, or leads to the page on which its invoice is paid. */
export async function confirmChange(c: Context<SignedIn>): Promise<Response> {
  const { billing, workspace } = c.var;
  const values = new URLSearchParams(await c.req.text());
  const plan = await choosePlan(c, values);
  // The form is of a time before what waits now, such as one that was sent twice.
  if (mustKeepFirst(plan)) {
    const chosen = new URLSearchParams({ price: plan.chosen.price.id, seats: String(plan.quantity) });
    return c.redirect(`/billing/change?${chosen}`, 303);
  }
  const { pendingPayment } = await billing.updateSubscription(workspace.subscriptionId, {
    ...toChange(plan),
    ...readConfirmation(values),
  });
  c.var.audit(
    `Changed the plan to ${plan.chosen.product.name}${plan.quantity > 1 ? ` × ${plan.quantity}` : ""}`,
  );
  const invoice = pendingPayment?.kind === "payment" ? pendingPayment.hostedInvoiceUrl : null;
  return c.redirect(invoice ?? "/billing", 303);
}

/** Takes back the change or the cancellation that waits, and goes on to the cost of what was chosen. */
export async function keepPlan(c: Context<SignedIn>): Promise<Response> {
  const { billing, workspace } = c.var;
  const chosen = new URLSearchParams(await c.req.text());
  const subscription = await billing.getSubscription(workspace.subscriptionId);
  if (subscription.scheduledChange !== null) {
    await billing.updateSubscription(workspace.subscriptionId, { scheduledChange: null });
    c.var.audit("Took back the scheduled change");
  } else if (onGracePeriod(subscription)) {
    await billing.resumeSubscription(workspace.subscriptionId);
    c.var.audit("Kept the plan");
  }
  return c.redirect(`/billing/change?${chosen}`, 303);
}

/** Tells if a change that waits is in the way, with which Stripe reckons, or an end after which nothing could change. */
function mustKeepFirst(plan: PlanChoice): boolean {
  const { subscription } = plan;
  if (subscription.scheduledChange !== null) return true;
  return toChange(plan).when === "period_end" && !isUnchanged(plan) && onGracePeriod(subscription);
}

async function choosePlan(c: Context<SignedIn>, values: URLSearchParams): Promise<PlanChoice> {
  const { billing, workspace } = c.var;
  const [subscription, plans] = await Promise.all([
    billing.getSubscription(workspace.subscriptionId),
    listPlans(billing),
  ]);
  const [current] = subscription.items;
  const priceId = values.get("price") ?? current?.price.id;
  const options = plans
    .flatMap((product) => product.prices.map((price) => ({ product, price })))
    .sort((a, b) => (a.price.unitAmount ?? 0) - (b.price.unitAmount ?? 0));
  const chosen = options.find(({ price }) => price.id === priceId);
  // Answers alike for another tenant's price and for one that does not exist.
  if (current === undefined || chosen === undefined)
    throw new HTTPException(404, { message: "There is no such plan." });
  const seats = Number(values.get("seats") ?? current.quantity ?? 1);
  if (!Number.isInteger(seats) || seats < 1 || seats > MAX_SEATS) {
    throw new HTTPException(400, { message: `Choose between 1 and ${MAX_SEATS} seats.` });
  }
  const quantity = chosen.product.unitLabel === null ? 1 : seats;
  return { subscription, current, options, chosen, quantity };
}
