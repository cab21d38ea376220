import { describe, expect, test, vi } from "vitest";
import { ConfigurationError, DeadlineError, InvalidArgumentError } from "../../src/errors.js";
import { memoryInbox, type TenantResolver } from "../../src/webhooks.js";
import { about, delivering, type Handlers, receiver } from "./delivering.js";
import {
  type BoundBilling,
  catchError,
  eventBody,
  headerFor,
  SECRET,
  twoTenants,
} from "./signed-delivery.js";

const TYPE = "customer.subscription.updated";
const SUMMARY = "entitlements.active_entitlement_summary.updated";

/** As a caller without types may call it. */
const make =
  (on: unknown, options: object = {}) =>
  () =>
    Reflect.apply(receiver, undefined, [on, options]);

describe("handlers", () => {
  test.each<[unknown, object, string]>([
    [null, {}, "on must be an object that maps event types to handler functions."],
    ["log", {}, "on must be an object that maps event types to handler functions."],
    [new Map([[TYPE, vi.fn()]]), {}, "on must be an object that maps event types to handler functions."],
    [[], {}, "on must be an object that maps event types to handler functions."],
    [
      new (class {
        [TYPE]() {}
      })(),
      {},
      `on["${TYPE}"] is inherited, such as from a class, and only on's own properties are handlers. List it in on.`,
    ],
    [
      Object.create({ [TYPE]: vi.fn() }),
      {},
      `on["${TYPE}"] is inherited, such as from a class, and only on's own properties are handlers. List it in on.`,
    ],
    [{ [TYPE]: "log" }, {}, `on["${TYPE}"] must be a function.`],
    [
      { "zzz.qqqqqqqqqq": vi.fn() },
      {},
      'on["zzz.qqqqqqqqqq"] is not the type of a Stripe event. Look it up in Stripe\'s list of event types.',
    ],
    [
      { "customer.subscription.update": vi.fn() },
      {},
      'on["customer.subscription.update"] is not the type of a Stripe event. Did you mean "customer.subscription.updated"?',
    ],
    [
      { "payout.paid": vi.fn() },
      { billing: { ...twoTenants(), receiverFacts: () => ({ tenantsBy: "customer" }) } },
      'on["payout.paid"] would never be called: the event names no customer, so only connectTenancy finds its tenant. ' +
        "Handle it without this receiver, or remove the handler.",
    ],
    [
      { [TYPE]: vi.fn() },
      { signingSecrets: [{ secret: SECRET, payload: "thin" }] },
      `on["${TYPE}"] would never be called: it is for snapshot events, and every secret in signingSecrets has another ` +
        "payload. Add the secret of an endpoint that sends snapshot events.",
    ],
  ])("of %o are refused", (on, options, words) => {
    expect(catchError(make(on, options))).toEqual(new ConfigurationError(words));
  });

  test("may be left undefined, and then none is there", async () => {
    const { eventTypes, receive } = receiver({ [TYPE]: vi.fn(), "customer.updated": undefined });
    expect(eventTypes).toEqual([TYPE]);
    expect(Object.isFrozen(eventTypes)).toBe(true);
    const body = eventBody({ type: "customer.updated" });
    expect(await receive(body, headerFor(body))).toMatchObject({ status: "ignored", reason: "no_handler" });
  });

  test("that were removed leave a dead delivery dead, and say which to register again", async () => {
    const inbox = memoryInbox({ maxAttempts: 1 });
    const logger = { warn: () => undefined };
    await delivering(() => Promise.reject(new Error("poison")), { inbox, logger }).deliver();
    const { requeue } = receiver({}, { inbox, logger });
    const words = `on has no handler for ${TYPE} any more. Register one again, then requeue the delivery.`;
    expect(await requeue(about.delivery)).toMatchObject({
      status: "dead",
      error: new ConfigurationError(words),
    });
  });

  test("that take too long are named in the error", async () => {
    const { deliver } = delivering(() => new Promise(() => undefined), {
      handlerTimeoutMs: 10,
      logger: { warn: () => undefined },
    });
    const error = new DeadlineError(`Handling ${TYPE} did not finish within 10 ms.`);
    expect(await deliver()).toMatchObject({ status: "failed", error });
  });
});

describe("fetchObject", () => {
  /** The error that a handler's `fetchObject` rejects with. */
  async function refusal(tenant: unknown, body: string): Promise<unknown> {
    const errors: unknown[] = [];
    const fetching = async (_event: unknown, { fetchObject }: { fetchObject: () => Promise<object> }) =>
      void (await fetchObject().catch((error: unknown) => errors.push(error)));
    const on = { [TYPE]: fetching, [SUMMARY]: fetching } as Handlers;
    // As an application without types may return it.
    const billing = { ...twoTenants(), forTenant: () => tenant } as TenantResolver<BoundBilling>;
    expect((await receiver(on, { billing }).receive(body, headerFor(body))).status).toBe("handled");
    return errors[0];
  }

  const summary = eventBody({
    type: SUMMARY,
    data: { object: { object: "entitlements.active_entitlement_summary", customer: "cus_acme" } },
  });

  test.each([[undefined], [null], ["acme"], [{}], [{ fetchEventObject: 7, listEntitlements: 7 }]])(
    "of a tenant's service that is %o says which method it lacks",
    async (tenant) => {
      for (const [body, method] of [
        [eventBody(), "fetchEventObject"],
        [summary, "listEntitlements"],
      ] as const) {
        expect(await refusal(tenant, body)).toEqual(
          new ConfigurationError(
            `billing.forTenant must return a service with ${method}, as a StripeBillingService has, for fetchObject.`,
          ),
        );
      }
    },
  );

  test("of an event without an object's id says that there is none", async () => {
    const body = eventBody({ data: { object: { object: "subscription", customer: "cus_acme" } } });
    expect(await refusal({ fetchEventObject: vi.fn() }, body)).toEqual(
      new InvalidArgumentError(`A ${TYPE} event names no object that could be read.`),
    );
  });
});
