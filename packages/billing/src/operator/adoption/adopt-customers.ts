import type Stripe from "stripe";
import { eachSideBySide } from "../../each-side-by-side.js";
import { ConflictError, NotFoundError } from "../../errors.js";
import { claimCustomer, needsClaim } from "../claim-customer.js";
import { eachPage, type OpenScope } from "../each-page.js";
import type { Ledger } from "./ledger.js";
import type { AdoptionTarget } from "./rows.js";

export interface AdoptionRun {
  readonly open: OpenScope;
  readonly ledger: Ledger;
  readonly dryRun: boolean;
}

/** As many requests are on their way at once; the rate is the pacer's matter. */
export const WIDTH = 16;

/** From so many on, reading the account by the hundred takes fewer requests than reading each customer. */
const WORTH_LISTING = 20;

/**
 * Adopts customers. Reads them by the hundred, as long as that can be cheaper than one by one, and claims those of a page
 * before it reads the next, so that what a claim rests on is seconds old.
 */
export async function adoptCustomers(run: AdoptionRun, targets: readonly AdoptionTarget[]): Promise<void> {
  const left = new Map(targets.map((target) => [target.objectId, target]));
  if (left.size >= WORTH_LISTING) {
    let pages = 0;
    for await (const page of eachPage(run.open, "GET /v1/customers")) {
      const found = page.flatMap((customer) => {
        const target = left.get(customer.id);
        left.delete(customer.id);
        return target === undefined ? [] : { customer, target };
      });
      await eachSideBySide(found, WIDTH, ({ customer, target }) => adoptCustomer(run, customer, target));
      pages += 1;
      if (left.size === 0 || pages >= targets.length) break;
    }
  }
  await eachSideBySide([...left.values()], WIDTH, async (target) => {
    const customer = await readCustomer(run.open, target.objectId);
    if (customer === undefined) run.ledger.miss(target);
    else await adoptCustomer(run, customer, target);
  });
}

async function adoptCustomer(
  { open, ledger, dryRun }: AdoptionRun,
  customer: Stripe.Customer,
  target: AdoptionTarget,
): Promise<void> {
  try {
    const scope = open();
    const isNeeded = await needsClaim(scope, customer, target);
    if (isNeeded && !dryRun) await claimCustomer(scope, customer.id, target);
    ledger.add(isNeeded ? "adopted" : "already");
  } catch (error) {
    if (error instanceof NotFoundError) ledger.miss(target);
    else if (error instanceof ConflictError) ledger.refuse(target, error.message);
    else throw error;
  }
}

async function readCustomer(open: OpenScope, customer: string): Promise<Stripe.Customer | undefined> {
  try {
    const found = await open().read("GET /v1/customers/{customer}", { customer }, {});
    return found.deleted ? undefined : found;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
