import fc from "fast-check";
import type { TenantMethod } from "../../public-methods.js";
import { CHANGE_COMMANDS } from "./change-commands.js";
import { CHECKOUT_COMMANDS, CHECKOUT_STEPS } from "./checkout-commands.js";
import { CREATION_COMMANDS } from "./creation-commands.js";
import { CUSTOMER_COMMANDS } from "./customer-commands.js";
import { DISCOUNT_COMMANDS } from "./discount-commands.js";
import { PAYMENT_COMMANDS, PAYMENT_STEPS } from "./payment-commands.js";
import { PORTAL_COMMANDS } from "./portal-commands.js";
import { PRICE_COMMANDS } from "./price-commands.js";
import { PRODUCT_COMMANDS, PRODUCT_STEPS } from "./product-commands.js";
import { serviceOf } from "./program.js";
import { type Command, type Commands, command } from "./step.js";
import { SUBSCRIPTION_COMMANDS, SUBSCRIPTION_STEPS } from "./subscription-commands.js";
import { TAX_ID_COMMANDS } from "./tax-id-commands.js";
import { USAGE_COMMANDS } from "./usage-commands.js";

/** Calls of the library by any tenant about anyone's objects: a method without any does not compile. */
export const COMMANDS: Commands<TenantMethod> = {
  ...CHANGE_COMMANDS,
  ...CHECKOUT_COMMANDS,
  ...CREATION_COMMANDS,
  ...CUSTOMER_COMMANDS,
  ...DISCOUNT_COMMANDS,
  ...PAYMENT_COMMANDS,
  ...PORTAL_COMMANDS,
  ...PRICE_COMMANDS,
  ...PRODUCT_COMMANDS,
  ...SUBSCRIPTION_COMMANDS,
  ...TAX_ID_COMMANDS,
  ...USAGE_COMMANDS,
};

/** One step of a program: such a call, or what Stripe does meanwhile. */
export const ANY_COMMAND: fc.Arbitrary<Command>[] = [
  ...Object.values(COMMANDS),
  ...CHECKOUT_STEPS,
  ...PAYMENT_STEPS,
  ...PRODUCT_STEPS,
  ...SUBSCRIPTION_STEPS,
  fc.constant(
    command("the service starts anew", async (_, program) => {
      program.billing = serviceOf(program.realm);
    }),
  ),
];
