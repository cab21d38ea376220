/**
 * What Stryker mutates in one run, each with the suites that are about it. Suites that start processes or take long are
 * left to `pnpm test`. `testTimeoutMs` is 60,000 where it is absent.
 *
 * @type {Readonly<Record<string, { mutate: readonly string[], tests: readonly string[], testTimeoutMs?: number }>>}
 */
export const FOLDERS = {
  tenancy: {
    mutate: ["src/tenancy/**/*.ts"],
    tests: [
      "test/tenancy/**/*.test.ts",
      "test/portal/{configurations,stored-configurations,return-urls}.test.ts",
      "test/catalog/{prices,products}.test.ts",
      "test/checkout/{create,sessions}.test.ts",
      "test/subscriptions/{create,discounts}.test.ts",
      "test/customers.test.ts",
      "test/billing-service.test.ts",
    ],
  },
  stripe: {
    mutate: ["src/stripe/**/*.ts", "src/errors.ts"],
    tests: [
      "test/stripe/**/*.test.ts",
      "test/errors.test.ts",
      "test/tenancy/gate/{gate,marks}.test.ts",
      "test/catalog/{prices,products}.test.ts",
      "test/subscriptions/preview.test.ts",
      "test/billing-service.test.ts",
    ],
  },
  views: { mutate: ["src/views/**/*.ts"], tests: ["test/views/**/*.test.ts"] },
  events: {
    mutate: ["src/events/**/*.ts", "src/capabilities/events/**/*.ts"],
    // Not the suite of the generated table, which compares it as text with what Stryker changes in it.
    tests: [
      "test/events/{event-types,fetch-event-object,owner-path}.test.ts",
      "test/webhooks/{families,resolve-tenant}.test.ts",
    ],
  },
  webhooks: {
    mutate: ["src/webhooks/*.ts", "src/webhooks/verification/**/*.ts"],
    tests: [
      "test/webhooks/{entitlement-order,error-text,families,forgetting,handlers,log-lines,modes}.test.ts",
      "test/webhooks/{nothing-is-silent,order,refusals,resolve-tenant,tracing,without-node,work,work-loop}.test.ts",
      "test/webhooks/{receive,receive-failures,webhook-receiver}.test.ts",
      "test/webhooks/verification/**/*.test.ts",
    ],
  },
  adapters: { mutate: ["src/webhooks/adapters/**/*.ts"], tests: ["test/webhooks/adapters/**/*.test.ts"] },
  inbox: {
    mutate: [
      "src/webhooks/inbox/*.ts",
      "src/webhooks/inbox/leased/**/*.ts",
      "src/webhooks/inbox/redis/**/*.ts",
      "src/webhooks/inbox/sqlite/**/*.ts",
    ],
    tests: [
      "test/webhooks/inbox/{inbox,memory}.test.ts",
      "test/webhooks/inbox/leased/*.test.ts",
      "test/webhooks/inbox/redis/{busy-object,redis-inbox,redis-store,replies,server-settings}.test.ts",
      "test/webhooks/inbox/sqlite/{claims,sqlite-inbox}.test.ts",
    ],
    testTimeoutMs: 8_000, // since many a mutant makes a test wait for a claim that never comes
  },
  "postgres-inbox": {
    mutate: ["src/webhooks/inbox/postgres/**/*.ts"],
    // Not the suite that compares the recipes as text with the page, as Stryker changes them.
    tests: [
      "test/webhooks/inbox/postgres/{between-statements,busy-object,clock-steps,connecting,contract,endable}.test.ts",
      "test/webhooks/inbox/postgres/{hints,inline,migrate,one-message,plans,recipes,retention,seats}.test.ts",
      "test/webhooks/inbox/postgres/{sessions,sqlstate,transacting,waiting}.test.ts",
    ],
    testTimeoutMs: 10_000, // since a claim that never comes is waited for here too
  },
  reconcile: { mutate: ["src/webhooks/reconcile/**/*.ts"], tests: ["test/webhooks/reconcile/**/*.test.ts"] },
  catalog: { mutate: ["src/capabilities/catalog/**/*.ts"], tests: ["test/catalog/**/*.test.ts"] },
  checkout: {
    mutate: ["src/capabilities/checkout/**/*.ts"],
    tests: ["test/checkout/**/*.test.ts", "test/selling/checkout-pages.test.ts"],
  },
  customers: {
    mutate: ["src/capabilities/customers/**/*.ts"],
    tests: ["test/customers.test.ts", "test/customers/**/*.test.ts"],
  },
  discounts: { mutate: ["src/capabilities/discounts/**/*.ts"], tests: ["test/discounts/**/*.test.ts"] },
  entitlements: {
    mutate: ["src/capabilities/entitlements/**/*.ts"],
    tests: ["test/entitlements/**/*.test.ts"],
  },
  invoices: { mutate: ["src/capabilities/invoices/**/*.ts"], tests: ["test/invoices/**/*.test.ts"] },
  "payment-methods": {
    mutate: ["src/capabilities/payment-methods/**/*.ts"],
    tests: ["test/payment-methods/**/*.test.ts"],
  },
  portal: {
    mutate: ["src/capabilities/portal/**/*.ts"],
    tests: ["test/portal/**/*.test.ts", "test/billing-service.test.ts"],
  },
  refunds: { mutate: ["src/capabilities/refunds/**/*.ts"], tests: ["test/refunds/**/*.test.ts"] },
  subscriptions: {
    mutate: ["src/capabilities/subscriptions/**/*.ts"],
    tests: [
      "test/subscriptions/**/*.test.ts",
      "test/selling/{current-subscriptions,prove-prices}.test.ts",
      "test/billing-service.test.ts",
    ],
  },
  usage: { mutate: ["src/capabilities/usage/**/*.ts"], tests: ["test/usage/**/*.test.ts"] },
};

/** The folder of this run, which `mutate.mjs` names to Stryker and its workers. */
export function mutatedFolder() {
  const name = process.env["MUTATED_FOLDER"] ?? "";
  const folder = FOLDERS[name];
  if (folder === undefined)
    throw new Error(`MUTATED_FOLDER must be one of ${Object.keys(FOLDERS).join(", ")}.`);
  return { name, ...folder };
}
