import { describe, expect, it } from "vitest";
import { StripeBillingService } from "../../src/index.js";
import * as exported from "../../src/testing/index.js";
import { memoryInbox } from "../../src/webhooks.js";

interface CallWithOptions {
  /** Makes the call with options that its type would not let pass. */
  readonly make: (options: never) => unknown;
  readonly misspelled: readonly (readonly [options: object, refusal: string])[];
}

const open = () => ({ inbox: memoryInbox() });
const faults = { failNextWrite: () => {}, loseNextAnswer: () => {} };
const tenants = {
  billing: new StripeBillingService({ secretKey: "sk_test_12345678" }),
  own: { tenantId: "acme", customerId: "cus_1" },
  other: { tenantId: "globex", customerId: "cus_2" },
};

/** Every function that the entry point exports. */
const CALLS: {
  readonly [Name in Exclude<keyof typeof exported, symbol>]: CallWithOptions;
} = {
  inboxContract: {
    make: (options) => runAll(exported.inboxContract(options)),
    misspelled: [
      [{ open, leasd: true }, 'inboxContract has no option "leasd" (did you mean "leased"?)'],
      [{ open, durabel: true }, 'inboxContract has no option "durabel" (did you mean "durable"?)'],
      [{ opne: open }, 'inboxContract has no option "opne" (did you mean "open"?)'],
      [{ leased: true }, "open of inboxContract must be a function."],
      [{ open, durable: "yes" }, "durable of inboxContract must be true or false."],
      [
        { open: () => ({ ...open(), peers: memoryInbox() }) },
        'What open() returns has no part "peers" (did you mean "peer"?)',
      ],
      [
        { open: () => ({ ...open(), expireClaim: () => {} }) },
        'What open() returns has no part "expireClaim" (did you mean "expireClaims"?)',
      ],
      [
        { open: () => ({ ...open(), inbox: {} }) },
        "inbox of what open() returns must be an object with the method process.",
      ],
      [
        { open: () => ({ ...open(), peer: {} }) },
        "peer of what open() returns must be an object with the method process.",
      ],
      [
        { open: () => ({ ...open(), faults: { ...faults, loseNextAnswer: undefined } }) },
        "faults of what open() returns must be an object with the method loseNextAnswer.",
      ],
      [
        { open: () => ({ ...open(), effects: { write: () => {}, cuont: () => 0 } }) },
        "effects of what open() returns must be an object with the method count.",
      ],
    ],
  },
  checkTenantIsolation: {
    make: (options) => exported.checkTenantIsolation(options),
    misspelled: [
      [
        { ...tenants, attackWrite: true },
        'checkTenantIsolation has no option "attackWrite" (did you mean "attackWrites"?)',
      ],
      [{ ...tenants, attackWrites: "no" }, "attackWrites of checkTenantIsolation must be true or false."],
      [
        { ...tenants, own: { tenantId: "acme", customer: "cus_1" } },
        'own of checkTenantIsolation has no option "customer" (did you mean "customerId"?)',
      ],
      [
        { ...tenants, other: { ...tenants.other, invioceId: "in_1" } },
        'other of checkTenantIsolation has no option "invioceId" (did you mean "invoiceId"?)',
      ],
    ],
  },
};

const rows = Object.entries(CALLS).flatMap(([call, { make, misspelled }]) =>
  misspelled.map(([options, refusal]) => ({ call, make, options, refusal })),
);

describe("a misspelled option of a test helper", () => {
  it.each(rows)("is refused by $call: $refusal", async ({ make, options, refusal }) => {
    // Types would not let these pass, which programs without types do not have.
    await expect((async () => make(options as never))()).rejects.toThrow(
      expect.objectContaining({
        code: "configuration",
        message: expect.stringMatching(new RegExp(`^${toPattern(refusal)}`)),
      }),
    );
  });

  it("is looked for in every helper that the entry point has", () => {
    expect(Object.keys(exported).sort()).toEqual(Object.keys(CALLS).sort());
  });

  it.each(Object.entries(CALLS))(
    "is not all that %s refuses: options must be an object",
    async (call, one) => {
      for (const options of [undefined, null, "open", [], 60]) {
        await expect((async () => one.make(options as never))()).rejects.toThrow(
          `The options of ${call} must be an object.`,
        );
      }
    },
  );
});

async function runAll(cases: ReturnType<typeof exported.inboxContract>): Promise<void> {
  for (const { run } of cases) await run();
}

function toPattern(text: string): string {
  return text.replaceAll(/[.?()]/g, "\\$&");
}
