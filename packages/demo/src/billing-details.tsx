import type { Context } from "hono";
import { DetailsPage } from "./pages/details-page.js";
import type { RefusedTaxId } from "./pages/tax-ids-card.js";
import type { SignedIn } from "./sign-in.js";

export function showDetails(c: Context<SignedIn>): Promise<Response> {
  return answerDetails(c);
}

/** Shows the page, with the tax id that was just refused. */
export async function answerDetails(c: Context<SignedIn>, refused?: RefusedTaxId): Promise<Response> {
  const { billing, workspace } = c.var;
  const [customer, taxIds] = await Promise.all([
    billing.getCustomer(workspace.customerId),
    billing.listTaxIds(workspace.customerId),
  ]);
  return c.html(<DetailsPage workspace={workspace} customer={customer} taxIds={taxIds} refused={refused} />);
}

export async function saveDetails(c: Context<SignedIn>): Promise<Response> {
  const { billing, workspace } = c.var;
  const values = new URLSearchParams(await c.req.text());
  // Null clears a field in Stripe.
  const read = (name: string): string | null => values.get(name)?.trim() || null;
  await billing.updateCustomer(workspace.customerId, {
    name: read("name"),
    email: read("email"),
    address: {
      line1: read("line1"),
      line2: read("line2"),
      city: read("city"),
      state: read("state"),
      postalCode: read("postalCode"),
      country: read("country"),
    },
  });
  c.var.audit("Changed the billing details");
  return c.redirect("/billing", 303);
}
