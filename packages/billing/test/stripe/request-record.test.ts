import { AsyncLocalStorage } from "node:async_hooks";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import {
  logRequests,
  type RequestRecord,
  type RequestSpanOptions,
  StripeBillingService,
  traceRequests,
} from "../../src/index.js";
import { bytesOf } from "../isolation/leaks.js";
import { RETURN_URL, type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";
import { type ScriptedStripe, SDK_VERSIONS, SECRET_KEY, startScriptedStripe } from "./scripted-stripe.js";

let world: StripeWorld;
let acme: TenantWorld;
let records: RequestRecord[];
const listen = (record: RequestRecord) => records.push(record);

beforeAll(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
});
beforeEach(() => {
  records = [];
  world.local.faults.clear();
});
afterAll(() => world.close());

describe("a service that is listened to", () => {
  it("tells of each request when it is over, with its tenant and what Stripe answered", async () => {
    const billing = world.service({ onRequest: listen }).forTenant("acme");
    await billing.createCustomerPortalSession(acme.customerId);
    expect(records).toEqual([
      {
        tenantId: "acme",
        call: "GET /v1/customers/{customer}",
        startedAt: expect.any(Date),
        durationMs: expect.any(Number),
        tries: 1,
        status: 200,
        requestId: expect.stringMatching(/^req_/),
        errorCode: undefined,
      },
      expect.objectContaining({ tenantId: "acme", call: "POST /v1/billing_portal/sessions", tries: 1 }),
    ]);
    expect(records.every((record) => Object.isFrozen(record) && record.durationMs > 0)).toBe(true);
  });

  it("counts the tries, and says how the last of them ended", async () => {
    const billing = world.service({ onRequest: listen }).forTenant("acme");
    world.local.faults.add({ kind: "rate_limit", times: 2 });
    await billing.getSubscription(acme.subscriptionId);
    world.local.faults.add({ kind: "server_error", when: "before", status: 503, times: 4 });
    await expect(billing.getSubscription(acme.subscriptionId)).rejects.toThrow();
    await expect(billing.getSubscription("sub_missing")).rejects.toThrow();
    expect(records.map(({ tries, status, errorCode }) => [tries, status, errorCode])).toEqual([
      [3, 200, undefined],
      [4, 503, "stripe_unavailable"],
      [1, 404, "not_found"],
    ]);
  });

  it("tells of a request that nobody answered, and of none that was not sent", async () => {
    const billing = world.service({ onRequest: listen }).forTenant("acme");
    world.local.faults.add({ kind: "stall", when: "before" });
    await expect(billing.getSubscription(acme.subscriptionId, { timeoutMs: 50 })).rejects.toThrow();
    await expect(
      billing.getSubscription(acme.subscriptionId, { signal: AbortSignal.abort() }),
    ).rejects.toThrow();
    expect(records).toMatchObject([{ status: undefined, requestId: undefined, errorCode: "deadline" }]);
  });

  it("names no tenant where one is looked for", async () => {
    const service = world.service({ onRequest: listen });
    await service.resolveTenant({ customerId: acme.customerId });
    expect(records).toMatchObject([{ tenantId: undefined, call: "GET /v1/customers/{customer}" }]);
  });

  it("tells nothing secret or personal, whatever it is asked and answered", async () => {
    const canaries = ["canary", "@", "http", "sk_", "seti_", "cus_", "sub_", "bps_", "4242"];
    const billing = world.service({ onRequest: listen }).forTenant("acme");
    const customer = await billing.ensureCustomer({
      reference: "canary",
      email: "canary@example.com",
      name: "canary",
      metadata: { canary: "canary" },
    });
    await billing.updateCustomer(customer.id, { phone: "4242", idempotencyKey: "canary" });
    await billing.createCustomerPortalSession(customer.id, { returnUrl: `${RETURN_URL}?canary` });
    for await (const _ of billing.listCustomerSubscriptions(customer.id));
    await expect(billing.getSubscription("sub_canary")).rejects.toThrow();
    expect(records.length).toBeGreaterThan(5);
    // The ids of requests are Stripe's own random text.
    const shown = bytesOf(records.map((record) => ({ ...record, requestId: "" })));
    for (const canary of canaries) expect(shown).not.toContain(canary);
  });

  it.each([
    ["throws", () => expect.unreachable("of the listener")],
    ["rejects", () => Promise.reject(new Error("of the listener"))],
    ["throws no error at all", () => Promise.reject("of the listener")],
  ])("goes on when the listener %s, and the process is warned", async (_, onRequest) => {
    const warned = vi.spyOn(process, "emitWarning").mockReturnValue();
    const billing = world.service({ onRequest }).forTenant("acme");
    expect(await billing.getSubscription(acme.subscriptionId)).toMatchObject({ id: acme.subscriptionId });
    await vi.waitFor(() =>
      expect(warned).toHaveBeenCalledWith(
        expect.stringMatching(/^onRequest failed \(.+\)\. Calls go on without it/),
        "BillingListenerWarning",
      ),
    );
    warned.mockRestore();
  });

  it("listens with a function alone", () => {
    expect(() => world.service({ onRequest: {} as never })).toThrow("onRequest must be a function.");
  });
});

describe.each(SDK_VERSIONS)("what is told of requests through %s", (version) => {
  let stripe: ScriptedStripe;
  beforeAll(async () => {
    stripe = await startScriptedStripe();
  });
  afterEach(() => stripe.script());
  afterAll(() => stripe.close());

  it("has the answer's status and id, and neither the key nor Stripe's text", async () => {
    const billing = new StripeBillingService({
      stripe: stripe.clients[version],
      tenantId: "acme",
      onRequest: listen,
    });
    const customer = { id: "cus_1", object: "customer", metadata: { tenantId: "acme" } };
    const declined = { error: { type: "card_error", message: "of canary@example.com" } };
    stripe.script({ status: 200, body: customer }, { status: 402, body: declined });
    await expect(billing.updateCustomer("cus_1", { phone: "1" })).rejects.toThrow();
    expect(records).toMatchObject([
      { status: 200, requestId: "req_1", errorCode: undefined },
      { status: 402, requestId: "req_1", errorCode: "payment_required" },
    ]);
    for (const canary of [SECRET_KEY, "canary"]) expect(bytesOf(records)).not.toContain(canary);
  });

  it("counts each sending, that of the SDK's own after a closed connection as well", async () => {
    const billing = new StripeBillingService({
      stripe: stripe.clients[version],
      tenantId: "acme",
      onRequest: listen,
    });
    const customer = {
      id: "cus_1",
      object: "customer",
      metadata: { tenantId: "acme" },
      invoice_settings: { default_payment_method: null },
    };
    const answered = { status: 200, body: customer };
    const sent: number[] = [];
    for (const failures of [0, 1, 2, 3]) {
      stripe.script(...Array.from({ length: failures }, () => "reset" as const), answered);
      await billing.getCustomer("cus_1");
      sent.push(stripe.requests.length);
    }
    expect(sent).toEqual([1, 2, 3, 4]);
    expect(records.map(({ tries }) => tries)).toEqual(sent);
  });
});

const RECORD: RequestRecord = {
  tenantId: "acme",
  call: "GET /v1/customers/{customer}",
  startedAt: new Date("2030-01-01T00:00:00.000Z"),
  durationMs: 123.4,
  tries: 1,
  status: 200,
  requestId: "req_1",
  errorCode: undefined,
};

describe("logRequests", () => {
  it("writes one line for each request, as loud as it matters", () => {
    const lines: string[] = [];
    const note = (level: string) => (line: string) => lines.push(`${level}: ${line}`);
    const log = logRequests({ debug: note("debug"), info: note("info"), warn: note("warn") });
    log(RECORD);
    log({ ...RECORD, tries: 2 });
    log({
      ...RECORD,
      tenantId: undefined,
      tries: 4,
      status: undefined,
      requestId: undefined,
      errorCode: "deadline",
    });
    const call = 'stripe call="GET /v1/customers/{customer}"';
    expect(lines).toEqual([
      `debug: ${call} tenant=acme status=200 tries=1 ms=123 request=req_1`,
      `info: ${call} tenant=acme status=200 tries=2 ms=123 request=req_1`,
      `warn: ${call} tries=4 ms=123 error=deadline`,
    ]);
  });

  it("gives pino an object and a message, in its levels and with its own fields", () => {
    const written: unknown[] = [];
    const logger = pino(
      { level: "debug", base: { service: "shop" }, timestamp: false },
      { write: (line) => written.push(JSON.parse(line)) },
    );
    const log = logRequests(logger.child({ part: "billing" }));
    log(RECORD);
    log({ ...RECORD, tries: 2 });
    log({ ...RECORD, tenantId: undefined, status: undefined, requestId: undefined, errorCode: "deadline" });
    const call = "GET /v1/customers/{customer}";
    const own = { service: "shop", part: "billing", msg: "Stripe request" };
    const known = { tenantId: "acme", status: 200, requestId: "req_1" };
    expect(written).toEqual([
      { level: 20, ...own, ...known, call, tries: 1, durationMs: 123 },
      { level: 30, ...own, ...known, call, tries: 2, durationMs: 123 },
      { level: 40, ...own, call, tries: 1, durationMs: 123, errorCode: "deadline" },
    ]);
  });
});

describe("traceRequests", () => {
  interface Span {
    readonly name: string;
    readonly options: RequestSpanOptions;
    readonly parent: string | undefined;
    status?: number;
    endedAt?: Date;
  }
  let spans: Span[];
  const active = new AsyncLocalStorage<string>();
  const tracer = {
    startSpan(name: string, options: RequestSpanOptions) {
      const span: Span = { name, options, parent: active.getStore() };
      spans.push(span);
      return {
        setStatus: ({ code }: { readonly code: number }) => {
          span.status = code;
        },
        end: (endedAt: Date) => {
          span.endedAt = endedAt;
        },
      };
    },
  };
  beforeEach(() => {
    spans = [];
  });

  it("makes a client's span of each request, for the time that it took", () => {
    traceRequests(tracer)(RECORD);
    expect(spans).toEqual([
      {
        name: "GET /v1/customers/{customer}",
        options: {
          kind: 2,
          startTime: RECORD.startedAt,
          attributes: {
            "http.request.method": "GET",
            "url.template": "/v1/customers/{customer}",
            "http.response.status_code": 200,
            "billing.tenant.id": "acme",
            "stripe.request.id": "req_1",
          },
        },
        endedAt: new Date("2030-01-01T00:00:00.123Z"),
      },
    ]);
  });

  it("tells of other tries and of the error, and leaves out what is not known", () => {
    const unknown = { tenantId: undefined, status: undefined, requestId: undefined };
    traceRequests(tracer)({ ...RECORD, ...unknown, tries: 3, errorCode: "rate_limited" });
    expect(spans[0]).toMatchObject({ status: 2 });
    expect(spans[0]?.options.attributes).toEqual({
      "http.request.method": "GET",
      "url.template": "/v1/customers/{customer}",
      "http.request.resend_count": 2,
      "error.type": "rate_limited",
    });
  });

  it("makes it a child of the span that is active where the service was called", async () => {
    const billing = world.service({ onRequest: traceRequests(tracer) }).forTenant("acme");
    world.local.faults.add({ kind: "rate_limit" });
    await Promise.all([
      active.run("one", () => billing.getSubscription(acme.subscriptionId)),
      active.run("two", () => billing.getCustomer(acme.customerId)),
    ]);
    expect(Object.fromEntries(spans.map(({ name, parent }) => [name.split("/")[2], parent]))).toEqual({
      subscriptions: "one",
      customers: "two",
    });
  });
});
