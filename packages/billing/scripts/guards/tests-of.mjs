import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

const TEST = resolve(import.meta.dirname, "../../test");

/** Where the tests of a file are that no test file is named after, or not all of them. */
const TESTS = {
  "capabilities/catalog/catalog-cache.ts": ["catalog/catalog-pages"],
  "capabilities/catalog/list-products.ts": ["catalog/products"],
  "capabilities/catalog/prices.ts": ["catalog/prices", "catalog/products"],
  "capabilities/catalog/replace-price.ts": ["catalog/products"],
  "capabilities/checkout/open-sessions.ts": ["checkout/sessions"],
  "capabilities/checkout/read.ts": ["checkout/sessions", "checkout/collection"],
  "capabilities/portal/configuration-params.ts": ["portal/configurations"],
  "capabilities/portal/configuration.ts": ["portal/configurations"],
  "capabilities/portal/flow.ts": ["portal/flows"],
  "capabilities/portal/offer.ts": ["portal/configurations"],
  "capabilities/portal/session.ts": [
    "billing-service",
    "portal/flows",
    "tenancy/scope/tenant-scope",
    "portal/configuration-per-call",
    "portal/stored-configurations",
  ],
  "capabilities/subscriptions/change.ts": ["subscriptions/update"],
  "capabilities/subscriptions/prepare-change.ts": ["subscriptions/update", "subscriptions/discounts"],
  "capabilities/subscriptions/prove-payment-method.ts": ["subscriptions/create", "subscriptions/update"],
  "capabilities/subscriptions/read.ts": ["tenancy/scope/tenant-scope", "billing-service"],
  "events/owner-path.ts": ["webhooks/resolve-tenant", "events/event-owners"],
  "operator/adoption/adopt-catalog.ts": ["operator/adopt"],
  "operator-binding.ts": ["operator/shared-catalog"],
  "operator/discounts/coupons.ts": ["operator/shared-discounts"],
  "operator/discounts/promotion-codes.ts": ["operator/shared-discounts"],
  "tenancy/scope/operator-scope.ts": ["operator/shared-discounts"],
  "operator/claim-customer.ts": ["operator/adopt", "operator/link-customer"],
  "stripe/sdk-error.ts": ["stripe/translate-error"],
  "tenant-binding.ts": ["tenant-binding", "isolation/tenantless-methods", "settings"],
  "tenancy/gate/finder.ts": ["tenancy/gate/gate"],
  "tenancy/gate/gate.ts": [
    "tenancy/gate/gate",
    "tenancy/gate/shared-scope",
    "tenancy/gate/proofs",
    "tenancy/ownership-changes",
    "customers.test",
  ],
  "tenancy/gate/lookup-key.ts": ["tenancy/gate/marks"],
  "tenancy/gate/marked-params.ts": ["tenancy/gate/marks"],
  "tenancy/gate/request-check.ts": ["tenancy/gate/gate", "tenancy/gate/marks"],
  "tenancy/gate/sender.ts": [
    "tenancy/gate/gate",
    "tenancy/gate/shared-scope",
    "tenancy/strategies/directory-tenancy",
  ],
  "tenancy/gate/rules.ts": [
    "tenancy/gate/marks",
    "tenancy/gate/gate",
    "tenancy/gate/shared-scope",
    "stripe/replay",
    "customers.test",
    "catalog/products",
    "payment-methods/",
    "refunds/refunds",
    "portal/stored-configurations",
    "tenancy/ownership-changes",
  ],
  "tenancy/call-mark.ts": ["every-lost-answer"],
  "webhooks/inbox/redis/judge-server.ts": ["webhooks/inbox/redis/server-settings"],
  "webhooks/inbox/sqlite/claims.ts": ["webhooks/inbox/sqlite/sqlite-inbox"],
  "webhooks/inbox/sqlite/settling.ts": ["webhooks/inbox/sqlite/sqlite-inbox"],
  "tenancy/strategies/memory-directory.ts": ["tenancy/strategies/directory-tenancy"],
  "tenancy/metadata-mark.ts": ["tenancy/gate/marks"],
  "tenancy/scope/scoped-catalog.ts": ["tenancy/scope/scoped-catalog", "tenancy/scope/scope-proofs"],
  "tenancy/expiring-map.ts": ["tenancy/ownership-cache"],
  "tenancy/scope/scoped-discounts.ts": [
    "tenancy/scope/scope-proofs",
    "discounts/look-up",
    "tenancy/promotion-code-entry",
  ],
  "capabilities/customers/details.ts": ["customers"],
  "capabilities/customers/delete-customer.ts": ["customers/delete-customer", "tenancy/ownership-changes"],
  "capabilities/invoices/settle.ts": ["invoices/settle"],
  "capabilities/refunds/refunds.ts": ["refunds/refunds", "tenancy/caller-metadata"],
  "tenancy/scope/scoped-payments.ts": ["refunds/refunds", "tenancy/scope/scope-proofs"],
  "tenancy/scope/event-objects.ts": [
    "tenancy/scope/event-objects",
    "webhooks/families",
    "isolation/complete-options",
  ],
  "tenancy/scope/scoped-customers.ts": ["tenancy/scope/scope-proofs", "tenancy/scope/tenant-scope"],
  "tenancy/scope/scoped-configurations.ts": [
    "tenancy/scope/scoped-configurations",
    "tenancy/scope/scope-proofs",
  ],
  "tenancy/gate/stripe-objects.ts": ["tenancy/gate/named-ids", "tenancy/gate/answer-check"],
  "return-urls/tenant-return-urls.ts": ["portal/return-urls"],
  "tenancy/gate/answer-check.ts": ["tenancy/gate/answer-check", "payment-methods/"],
  "tenancy/gate/operator-gate.ts": [
    "tenancy/gate/operator-gate",
    "operator/shared-discounts",
    "operator/shared-catalog",
  ],
  "tenancy/ownership-cache.ts": ["tenancy/ownership-cache", "tenancy/ownership-changes"],
  "tenancy/scope/owned-objects.ts": ["tenancy/scope/owned-objects", "tenancy/scope/scope-proofs"],
  "webhooks/receive.ts": ["webhooks/receive.test", "webhooks/modes"],
  "webhooks/verification/signing-secrets.ts": ["webhooks/verification/signing-secrets", "webhooks/families"],
  "stripe/idempotency.ts": ["stripe/idempotency", "tenancy/call-mark"],
  "stripe/object-id.ts": ["stripe/object-id", "discounts/look-up"],
  "webhooks/events.ts": ["webhooks/resolve-tenant", "webhooks/receive"],
  "webhooks/receiver-options.ts": ["webhooks/nothing-is-silent", "webhooks/webhook-receiver"],
  "webhooks/take-up.ts": ["webhooks/work"],
  "tenancy/reserved-metadata.ts": ["tenancy/scope/tenant-scope", "tenancy/scope/scope-proofs"],
  "tenancy/scope/scoped-payment-methods.ts": ["tenancy/scope/scope-proofs", "payment-methods/detach"],
  "tenancy/scope/tenant-scope.ts": [
    "tenancy/scope/scope-proofs",
    "tenancy/scope/tenant-scope",
    "payment-methods/",
    "tenancy/list-subscriptions",
  ],
};

/** For the few that those do not miss, one suite after another. */
export const SUITES = [
  ["tenancy/", "stripe/idempotency", "stripe/search-query", "stripe/send", "stripe/translate-error"],
  [
    "billing-service",
    "catalog/",
    "checkout/",
    "customers",
    "entitlements/",
    "invoices/",
    "payment-methods/",
    "portal/",
    "subscriptions/",
    "usage/",
    "webhooks/resolve-tenant",
  ],
  ["isolation/attack-matrix", "isolation/foreign-discounts", "isolation/hostile-ids"],
];

/**
 * The tests that are the likeliest to miss a guard of the file.
 *
 * @param {{ readonly file: string }} guard
 * @returns {readonly string[]} Paths or beginnings of paths in `test`.
 */
export function likelyTests({ file }) {
  const [, capability, name = file] = /^capabilities\/([\w-]+)\/(.*)$/.exec(file) ?? [];
  const test = join(capability ?? "", name).replace(/\.ts$/, ".test.ts");
  const hasOwnTest = capability === undefined || existsSync(join(TEST, test));
  return TESTS[file] ?? [hasOwnTest ? test : capability];
}
