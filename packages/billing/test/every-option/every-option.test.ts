import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { checkInput } from "../../src/input.js";
import { publicMethods } from "../public-methods.js";
import { type StripeWorld, startStripeWorld } from "../stripe-world.js";
import { CATALOG_ROWS } from "./catalog-rows.js";
import { CHANGE_ROWS } from "./change-rows.js";
import { CHECKOUT_ROWS } from "./checkout-rows.js";
import { CUSTOMER_ROWS } from "./customer-rows.js";
import { DISCOUNT_ROWS } from "./discount-rows.js";
import { INVOICE_ROWS } from "./invoice-rows.js";
import type { OptionRow } from "./option-row.js";
import { PORTAL_ROWS } from "./portal-rows.js";
import { OptionRecord } from "./recorded-service.js";
import { SUBSCRIPTION_ROWS } from "./subscription-rows.js";

// It does what it always does; the schemas and what they are held against are read from its calls.
vi.mock("../../src/input.js", { spy: true });

const ROWS: readonly OptionRow[] = [
  ...PORTAL_ROWS,
  ...CUSTOMER_ROWS,
  ...CHECKOUT_ROWS,
  ...SUBSCRIPTION_ROWS,
  ...CHANGE_ROWS,
  ...INVOICE_ROWS,
  ...CATALOG_ROWS,
  ...DISCOUNT_ROWS,
];

/** They take no options beside a deadline, or those of another, or have a suite of their own. */
const WITHOUT_OPTIONS = [
  "forTenant",
  "forgetCatalog",
  "forgetCustomer",
  "receiverFacts",
  "resolveTenant",
  "asOperator",
  "listSharedProducts",
  "listEvents",
  "listAccountSubscriptions",
];

/** Every method takes them, and `every-deadline.test.ts` tries them on each. */
const ENDS_OF_A_CALL = /: (?:timeoutMs|signal)$/;

const record = new OptionRecord(() => {
  const { calls } = vi.mocked(checkInput).mock;
  return calls.splice(0);
});

let world: StripeWorld;
beforeAll(async () => {
  world = await startStripeWorld({ taxRates: { DE: 19 } });
});
afterAll(() => world.close());

let tenants = 0;

describe.each(ROWS.map((row) => [row.method, row] as const))("%s, without a network,", (_, row) => {
  it(row.shows, async () => {
    const { tenantId, ...own } = await world.addTenant(`option-${++tenants}`);
    const service: typeof world.service = (config) => record.of(world.service({ ...config, tenantId }));
    await row.run({ world, stripe: world.stripe, own: { tenantId, ...own }, service, billing: service() });
  });
});

it("there is a row for every public method", () => {
  const methods = new Set<string>([...ROWS.map(({ method }) => method), ...WITHOUT_OPTIONS]);
  expect([...methods].sort()).toEqual(publicMethods());
});

it("every option of every method has been given", () => {
  expect(record.missing().filter((option) => !ENDS_OF_A_CALL.test(option))).toEqual([]);
});
