import { expect, it } from "vitest";
import { publicMethods } from "../../public-methods.js";
import { COMMANDS } from "../programs/commands.js";

/** Methods that no program calls, each with the reason. */
const WITHOUT_COMMAND = {
  forTenant: "every command binds its caller by it",
  listSharedProducts: "it acts for no tenant, and has a suite of its own in tenantless-methods.test.ts",
  resolveTenant: "it acts for no tenant, and has a suite of its own in tenantless-methods.test.ts",
  asOperator: "it acts for no tenant, and has a suite of its own in tenantless-methods.test.ts",
  listAccountSubscriptions: "it acts for no tenant, and has a suite of its own in tenantless-methods.test.ts",
  listEvents: "it acts for no tenant, and has a suite of its own in tenantless-methods.test.ts",
  receiverFacts: "it asks Stripe for nothing, and says nothing of a tenant but the bound one's id",
  forgetCustomer: "it asks Stripe for nothing, and only makes the next call prove the owner anew",
  forgetCatalog: "it asks Stripe for nothing, and the programs' services remember no catalogue",
};

it("the programs call every public method but those that act for no tenant", () => {
  expect([...Object.keys(COMMANDS), ...Object.keys(WITHOUT_COMMAND)].sort()).toEqual(publicMethods());
});
