import { describe, expect } from "vitest";
import { Faults } from "../src/http/faults.js";
import type { LocalStripe, WebhookControls } from "../src/index.js";
import * as exported from "../src/index.js";
import { it } from "./support/it.js";

type CallsOf<T> = {
  [Name in keyof T & string]: T[Name] extends (...given: never[]) => unknown ? Name : never;
}[keyof T & string];

type Call =
  | keyof typeof exported
  | CallsOf<LocalStripe>
  | `webhooks.${CallsOf<WebhookControls>}`
  | `faults.${CallsOf<Faults>}`;

interface CallWithOptions {
  /** Makes the call with options that its type would not let pass. */
  readonly make: (options: never, local: LocalStripe) => unknown;
  /** The options, with the wrong name among them and the name that is suggested. */
  readonly misspelled: readonly (readonly [options: object, wrong: string, meant: string | undefined])[];
}

const related = { id: "acct_1", type: "v2.core.account", url: "/v2/core/accounts/acct_1" };

/** Every call of the package. One that takes no options says so. */
const CALLS: { readonly [Name in Call]: CallWithOptions | "takes no options" } = {
  startLocalStripe: {
    make: (options) => exported.startLocalStripe(options),
    misspelled: [
      [{ prot: 4243 }, "prot", "port"],
      [{ webhook_timeout_ms: 1 }, "webhook_timeout_ms", "webhookTimeoutMs"],
      [{ sekretKey: "sk_test_0123456789" }, "sekretKey", "secretKey"],
      [{ stripeAccount: "acct_1" }, "stripeAccount", undefined],
    ],
  },
  clearRequests: "takes no options",
  setSearchDelay: "takes no options",
  connectAccount: "takes no options",
  createRestrictedKey: {
    make: (options, local) => local.createRestrictedKey(["customer_read"], options),
    misspelled: [[{ liveMode: true }, "liveMode", "livemode"]],
  },
  advanceBy: "takes no options",
  settled: "takes no options",
  close: "takes no options",
  "webhooks.add": {
    make: (mishap, local) => local.webhooks.add(mishap),
    misspelled: [
      [{ knid: "delay", milliseconds: 60 }, "knid", "kind"],
      [{ kind: "loss", tpye: "customer.created" }, "tpye", "type"],
      [{ kind: "loss", time: 3 }, "time", "times"],
      [{ kind: "delay", ms: 60 }, "ms", "milliseconds"],
      [{ kind: "duplicate", copys: 3 }, "copys", undefined],
      [{ kind: "duplicate", cpoies: 3 }, "cpoies", "copies"],
    ],
  },
  "webhooks.hold": "takes no options",
  "webhooks.release": "takes no options",
  "webhooks.emitThin": {
    make: (options, local) => local.webhooks.emitThin("v2.core.account.closed", options),
    misspelled: [[{ ...related, urll: related.url }, "urll", "url"]],
  },
  "webhooks.rollSecret": {
    make: (options, local) => local.webhooks.rollSecret("we_1", options),
    misspelled: [[{ overlap: 1 }, "overlap", "overlapMs"]],
  },
  "faults.add": {
    make: (fault, local) => local.faults.add(fault),
    misspelled: [
      [{ kin: "conflict" }, "kin", "kind"],
      [{ kind: "latency", ms: 60 }, "ms", "milliseconds"],
      [{ kind: "conflict", pth: "/v1/customers" }, "pth", "path"],
      [{ kind: "conflict", methdo: "GET" }, "methdo", "method"],
      [{ kind: "conflict", acount: "acct_1" }, "acount", "account"],
      [{ kind: "rate_limit", count: 3 }, "count", "times"],
      [{ kind: "rate_limit", skip: 3 }, "skip", "after"],
      [{ kind: "rate_limit", reasons: "global-rate" }, "reasons", "reason"],
      [{ kind: "server_error", statsu: 502 }, "statsu", "status"],
      [{ kind: "reset", wen: "after" }, "wen", "when"],
      [{ kind: "truncated", when: "after" }, "when", undefined],
    ],
  },
  "faults.clear": "takes no options",
  "faults.take": "takes no options",
};

const rows = Object.entries(CALLS).flatMap(([call, one]) =>
  one === "takes no options"
    ? []
    : one.misspelled.map(([options, wrong, meant]) => ({ call, make: one.make, options, wrong, meant })),
);

describe("a misspelled option", () => {
  it.for(rows)(
    "of $call, $wrong, is refused by name and $meant suggested",
    async ({ call, make, options, wrong, meant }, { local }) => {
      const hint = meant === undefined ? "" : ` (did you mean "${meant}"?)`;
      // Types would not let these pass, which programs without types do not have.
      await expect((async () => make(options as never, local))()).rejects.toThrow(
        new RegExp(
          `^${toPattern(call)}( with the kind "\\w+")? has no option "${wrong}"${toPattern(hint)}\\. Its`,
        ),
      );
    },
  );

  it.for(rows.filter(({ options, wrong }) => Object.keys(options).at(-1) === wrong))(
    "of $call, $wrong, is refused by name where it is inherited, and what is beside it is read",
    async ({ call, make, options, wrong }, { local }) => {
      const inheriting: unknown = Object.create(options);
      await expect((async () => make(inheriting as never, local))()).rejects.toThrow(
        new RegExp(`^${toPattern(call)}( with the kind "\\w+")? has no option "${wrong}"`),
      );
    },
  );

  it("is not what an inherited option is, whose value is checked as well", async ({ local }) => {
    const late: unknown = Object.create({ kind: "latency", milliseconds: "60" });
    expect(() => local.faults.add(late as never)).toThrow('"milliseconds" of faults.add');
    const lost: unknown = Object.create({ kind: "delay", milliseconds: 60 });
    expect(() => local.webhooks.add(lost as never)()).not.toThrow();
  });

  it("is looked for in every call that the package has", ({ local }) => {
    const calls = [
      ...Object.keys(exported),
      ...callsOf(local),
      ...callsOf(local.webhooks).map((name) => `webhooks.${name}`),
      ...Object.getOwnPropertyNames(Faults.prototype)
        .filter((name) => name !== "constructor")
        .map((name) => `faults.${name}`),
    ];
    expect(calls.sort()).toEqual(Object.keys(CALLS).sort());
  });

  it.for(
    Object.entries(CALLS).flatMap(([call, one]) =>
      one === "takes no options" ? [] : [{ call, make: one.make }],
    ),
  )("is not all that $call refuses: options must be an object", async ({ call, make }, { local }) => {
    for (const options of [null, "loss", ["loss"], 60]) {
      await expect((async () => make(options as never, local))()).rejects.toThrow(
        new TypeError(`The options of ${call} must be an object.`),
      );
    }
  });
});

function callsOf(record: object): string[] {
  return Object.entries(record).flatMap(([name, value]) => (typeof value === "function" ? [name] : []));
}

function toPattern(text: string): string {
  return text.replaceAll(/[.?()]/g, "\\$&");
}
