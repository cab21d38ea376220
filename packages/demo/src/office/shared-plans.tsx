import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { AsOperator } from "./operator-sign-in.js";
import { SharedPlansPage } from "./shared-plans-page.js";

export async function showSharedPlans(c: Context<AsOperator>): Promise<Response> {
  const { operator, name } = c.var;
  const { data } = await operator.sharedCatalog.listProducts({ active: "all", limit: 100 });
  return c.html(<SharedPlansPage operator={name} products={data} />);
}

/** Makes a plan that every tenant may buy. A form that is sent twice makes one. */
export async function makeSharedPlan(c: Context<AsOperator>): Promise<Response> {
  const values = new URLSearchParams(await c.req.text());
  const interval = values.get("interval");
  if (interval !== "month" && interval !== "year")
    throw new HTTPException(400, { message: "Choose whether it is paid by the month or by the year." });
  await c.var.operator.sharedCatalog.createProduct({
    name: values.get("name")?.trim() ?? "",
    description: values.get("description")?.trim() || null,
    price: { currency: "usd", unitAmount: readCents(values), recurring: { interval } },
    idempotencyKey: values.get("key") ?? undefined,
  });
  return c.redirect("/office/plans", 303);
}

/** New subscriptions pay the new price; those that exist keep theirs. */
export async function changeSharedPrice(c: Context<AsOperator>): Promise<Response> {
  const values = new URLSearchParams(await c.req.text());
  await c.var.operator.sharedCatalog.replacePrice(values.get("price") ?? "", {
    unitAmount: readCents(values),
  });
  return c.redirect("/office/plans", 303);
}

export async function archiveSharedPlan(c: Context<AsOperator>): Promise<Response> {
  const values = new URLSearchParams(await c.req.text());
  await c.var.operator.sharedCatalog.archiveProduct(values.get("product") ?? "");
  return c.redirect("/office/plans", 303);
}

function readCents(values: URLSearchParams): number {
  const amount = values.get("amount")?.trim() ?? "";
  if (!/^\d{1,6}(?:\.\d{1,2})?$/.test(amount))
    throw new HTTPException(400, { message: "Give the price in dollars, such as 19.50." });
  return Math.round(Number(amount) * 100);
}
