import type { Context } from "hono";
import { DetailsPage } from "./pages/details-page.js";
import type { SignedIn } from "./sign-in.js";

export async function showDetails(c: Context<SignedIn>): Promise<Response> {
  const { billing, workspace } = c.var;
  const customer = await billing.getCustomer(workspace.customerId);
  return c.html(<DetailsPage workspace={workspace} customer={customer} />);
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
