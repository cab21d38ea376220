/** What the functions that take stored deliveries up refuse, before they take any. */
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ConfigurationError, InvalidArgumentError } from "../../src/errors.js";
import { createWebhookReceiver } from "../../src/webhooks.js";
import { databaseClients } from "./inbox/sqlite/databases.js";
import { openSqliteInbox } from "./inbox/sqlite/open-sqlite-inbox.js";
import { eventBody, headerFor, now, SECRET, twoTenants } from "./signed-delivery.js";

const KEY = { eventId: "evt_1", livemode: false };

/** A receiver with one dead delivery. */
async function open() {
  const [openDatabase] = databaseClients().values();
  if (openDatabase === undefined) throw new Error("There is no SQLite client.");
  const { inbox, close } = openSqliteInbox(openDatabase, { maxAttempts: 1 });
  onTestFinished(() => close());
  const handler = vi.fn().mockRejectedValueOnce(new Error("broken"));
  const webhooks = createWebhookReceiver({
    signingSecrets: [SECRET],
    billing: twoTenants(),
    inbox,
    on: { "customer.subscription.updated": handler },
    logger: { warn: () => undefined },
    now,
  });
  const body = eventBody();
  expect((await webhooks.receive(body, headerFor(body))).status).toBe("dead");
  handler.mockClear();
  return { ...webhooks, handler };
}

describe.each(["requeue", "workOne"] as const)("%s", (method) => {
  test.each<[unknown]>([
    [undefined],
    ["evt_1"],
    [{ eventId: "evt_1" }],
    [{ ...KEY, livemode: "false" }],
    [{ id: "evt_1", livemode: false }],
    [{ ...KEY, account: null }],
    [{ ...KEY, acount: "acct_1" }],
  ])("refuses %o, which is not a delivery's key", async (key) => {
    const webhooks = await open();
    const error = await Reflect.apply(webhooks[method], undefined, [key]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error).toHaveProperty("message", expect.stringMatching(/^The delivery must be given by its key/));
    expect(webhooks.handler).not.toHaveBeenCalled();
  });

  test.each<[unknown, string]>([
    [
      { sginal: undefined },
      `${method} has no option "sginal" (did you mean "signal"?). Its options are signal.`,
    ],
    [{ signal: 5 }, "signal must be an AbortSignal."],
    [null, `The options of ${method} must be an object.`],
  ])("refuses the options %o", async (options, words) => {
    const webhooks = await open();
    await expect(Reflect.apply(webhooks[method], undefined, [KEY, options])).rejects.toEqual(
      new ConfigurationError(words),
    );
    expect(webhooks.handler).not.toHaveBeenCalled();
  });
});

describe("listDead", () => {
  test.each([0, -1, 1.5, Number.NaN, 1_000_001, "1"])("refuses the limit %o", async (limit) => {
    const { listDead } = await open();
    await expect(Reflect.apply(listDead, undefined, [{ limit }])).rejects.toEqual(
      new ConfigurationError("limit must be a whole number from 1 to 1000000."),
    );
  });

  test("refuses an option that it does not have", async () => {
    const { listDead } = await open();
    await expect(Reflect.apply(listDead, undefined, [{ limt: 1 }])).rejects.toThrow(
      'listDead has no option "limt" (did you mean "limit"?).',
    );
  });

  test("takes the limits of its range", async () => {
    const { listDead } = await open();
    for (const limit of [1, 1_000_000]) expect(await listDead({ limit })).toHaveLength(1);
  });
});

test.each<[unknown, string]>([
  [{ sginal: undefined }, 'receive has no option "sginal" (did you mean "signal"?). Its options are signal.'],
  [{ signal: 5 }, "signal must be an AbortSignal."],
])("receive fails a delivery with the options %o, as it never rejects", async (options, words) => {
  const { receive, handler } = await open();
  const body = eventBody({ id: "evt_2" });
  const outcome = await Reflect.apply(receive, undefined, [body, headerFor(body), options]);
  expect(outcome).toMatchObject({ status: "failed", error: new ConfigurationError(words) });
  expect(handler).not.toHaveBeenCalled();
});
