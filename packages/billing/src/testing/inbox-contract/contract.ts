import { ConfigurationError } from "../../errors.js";
import { assertKnownKeys } from "../../known-keys.js";
import { assertFlag } from "../assert-flag.js";
import { DURABILITY, WAKING } from "./durability.js";
import { FAULTS } from "./faults.js";
import { HANDLING } from "./handling.js";
import { LEASES, OBJECT_LEASES, STORED_LEASES } from "./leases.js";
import type { OpenInbox } from "./open-inbox.js";
import { ORDER } from "./order.js";
import { toStoreUnderTest } from "./store-under-test.js";
import { STORED_FAULTS } from "./stored-faults.js";
import { TRANSACTION_FAULTS, TRANSACTION_LEASES, TRANSACTIONS } from "./transactions.js";

/** One promise of the contract. `run` rejects when the store breaks it. */
export interface InboxContractCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** Each flag adds the promises that only some stores make. All are false by default. */
export interface InboxContractOptions {
  /** Opens an empty store for one case. Its deliveries must be dead after `maxAttempts`. */
  readonly open: (settings: { readonly maxAttempts: number }) => OpenInbox | Promise<OpenInbox>;
  /** Claims are leases that can expire. Requires {@link OpenInbox.expireClaims}. */
  readonly leased?: boolean | undefined;
  /** The store is a `DurableInbox`. Requires {@link OpenInbox.reopen} and {@link OpenInbox.passTime}. */
  readonly durable?: boolean | undefined;
  /** `waitForDue` notices within seconds what another process stores. Requires `durable`. */
  readonly wakes?: boolean | undefined;
  /** What the work writes through `tx` is committed with the result or not at all. Requires {@link OpenInbox.effects}. */
  readonly transactional?: boolean | undefined;
  /** Proves the promises while the link to the store fails. Requires {@link OpenInbox.faults}. */
  readonly faults?: boolean | undefined;
}

const OPTIONS = [
  "open",
  "leased",
  "durable",
  "wakes",
  "transactional",
  "faults",
] as const satisfies readonly (keyof InboxContractOptions)[];

/**
 * Lists the promises of a `WebhookInbox` as test cases, for any test runner and any store. Each case opens a store of
 * its own and closes it.
 *
 * A store that is shared by several processes should return a `peer`, so that the cases run on two inboxes.
 *
 * @throws ConfigurationError for an unknown option or part of a store: a misspelled one would leave promises out.
 * @example
 * import { describe, it } from "node:test"; // or any other runner
 * import { inboxContract } from "@repo/billing/testing";
 *
 * const contract = inboxContract({ leased: true, durable: true, open: (settings) => openInbox(settings) });
 *
 * describe("our inbox", () => {
 *   for (const { name, run } of contract) it(name, run);
 * });
 */
export function inboxContract(options: InboxContractOptions): readonly InboxContractCase[] {
  assertKnownKeys("inboxContract", options, OPTIONS);
  const { open, leased, durable, wakes, transactional, faults } = options;
  if (typeof open !== "function") throw new ConfigurationError("open of inboxContract must be a function.");
  const flags = { leased, durable, wakes, transactional, faults };
  for (const [name, flag] of Object.entries(flags)) assertFlag(`${name} of inboxContract`, flag);
  const promises = {
    ...HANDLING,
    ...ORDER,
    ...(leased && { ...LEASES, ...OBJECT_LEASES }),
    ...(durable && DURABILITY),
    ...(durable && leased && STORED_LEASES),
    ...(durable && wakes && WAKING),
    ...(transactional && TRANSACTIONS),
    ...(transactional && leased && TRANSACTION_LEASES),
    ...(transactional && faults && TRANSACTION_FAULTS),
    ...(faults && FAULTS),
    ...(faults && durable && STORED_FAULTS),
  };
  return Object.entries(promises).map(([name, prove]) => ({
    name,
    run: async () => {
      const store = await open({ maxAttempts: 3 });
      try {
        await prove(toStoreUnderTest(store));
      } finally {
        await store.close?.();
      }
    },
  }));
}
