import { isBillingError } from "@repo/billing";
import type { Context } from "hono";
import { answerDetails } from "./billing-details.js";
import type { SignedIn } from "./sign-in.js";

/** Gives the customer a tax id, or shows the form again where Stripe knows no such number. */
export async function addTaxId(c: Context<SignedIn>): Promise<Response> {
  const { billing, workspace } = c.var;
  const values = new URLSearchParams(await c.req.text());
  const type = values.get("type") ?? "";
  const value = values.get("value")?.trim() ?? "";
  try {
    await billing.createTaxId(workspace.customerId, { type, value });
  } catch (error) {
    if (!isBillingError(error) || error.code !== "invalid_argument") throw error;
    return answerDetails(c, { type, value });
  }
  c.var.audit("Added a tax id");
  return c.redirect("/billing/details", 303);
}

export async function removeTaxId(c: Context<SignedIn>): Promise<Response> {
  const values = new URLSearchParams(await c.req.text());
  await c.var.billing.deleteTaxId(values.get("id") ?? "");
  c.var.audit("Removed a tax id");
  return c.redirect("/billing/details", 303);
}
