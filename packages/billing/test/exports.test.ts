import { expect, it } from "vitest";

it("exports these names from @repo/billing", async () => {
  expect(Object.keys(await import("../src/index.js")).sort()).toMatchInlineSnapshot(`
    [
      "AbortedError",
      "AccountMismatchError",
      "AuthenticationError",
      "BillingError",
      "ConfigurationError",
      "ConflictError",
      "DeadlineError",
      "DirectoryUnavailableError",
      "IndeterminateError",
      "InvalidArgumentError",
      "IsolationError",
      "ModeMismatchError",
      "NotFoundError",
      "NotImplementedError",
      "PaymentRequiredError",
      "PermissionError",
      "PortalNotConfiguredError",
      "RateLimitedError",
      "ReservedMetadataError",
      "ReturnUrlNotAllowedError",
      "StripeBillingService",
      "StripeUnavailableError",
      "TenantContextError",
      "connectTenancy",
      "directoryTenancy",
      "formatAmount",
      "hasEnded",
      "isBillingError",
      "isEntitled",
      "isIncomplete",
      "isPastDue",
      "logRequests",
      "memoryDirectory",
      "metadataTenancy",
      "onGracePeriod",
      "onTrial",
      "postgresDirectory",
      "sendProblemResponse",
      "toProblemResponse",
      "traceRequests",
    ]
  `);
});

it("exports these names from @repo/billing/webhooks", async () => {
  expect(Object.keys(await import("../src/webhooks.js")).sort()).toMatchInlineSnapshot(`
    [
      "AbortedError",
      "AccountMismatchError",
      "BillingError",
      "ConfigurationError",
      "DeadlineError",
      "HTTP_STATUS",
      "ModeMismatchError",
      "WebhookPayloadError",
      "WebhookSignatureError",
      "createWebhookReceiver",
      "deliveryId",
      "isBillingError",
      "memoryInbox",
      "redisInbox",
      "sqliteInbox",
      "verifyWebhook",
      "verifyWebhookAsync",
    ]
  `);
});

it("exports these names from @repo/billing/postgres", async () => {
  expect(Object.keys(await import("../src/postgres.js")).sort()).toMatchInlineSnapshot(`
    [
      "inboxMigrations",
      "migrateInbox",
      "postgresInbox",
    ]
  `);
});

it("exports these names from @repo/billing/testing", async () => {
  expect(Object.keys(await import("../src/testing/index.js")).sort()).toMatchInlineSnapshot(`
    [
      "checkTenantIsolation",
      "inboxContract",
    ]
  `);
});

it("exports these names from @repo/billing/client", async () => {
  expect(Object.keys(await import("../src/client.js")).sort()).toMatchInlineSnapshot(`
    [
      "InvalidArgumentError",
      "formatAmount",
      "hasEnded",
      "isEntitled",
      "isIncomplete",
      "isPastDue",
      "onGracePeriod",
      "onTrial",
    ]
  `);
});
