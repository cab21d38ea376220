/** Wrong designs of a store's steps: claim, settle, store, release. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Delivery, deliveryId, objectKey } from "../../../src/webhooks/inbox/inbox.js";
import type { MakeInbox } from "../../webhooks/inbox/sqlite/open-sqlite-inbox.js";
import { readOpen, wrongStore } from "./wrong-store.js";

const OTHER_TOKEN = "00000000-0000-4000-8000-000000000000";

export interface WrongDesign {
  readonly make: MakeInbox;
  /** The promise of the contract that it breaks. */
  readonly breaks: RegExp;
}

export const WRONG_STORES: Readonly<Record<string, WrongDesign>> = {
  "a claim without a lease, which its holder alone can end": {
    breaks: /counts an attempt whose holder was stopped/,
    make: wrongStore((store, database) => ({
      claim: async (delivery, token) => {
        const isHeld = readOpen(database, deliveryId(delivery.key))?.token != null;
        return isHeld ? { status: "busy" } : store.claim(delivery, token);
      },
    })),
  },

  "a result that is taken from whoever brings it, without a fence": {
    breaks: /refuses what its holder settles late/,
    make: wrongStore((store, database) => ({
      settle: async (lease, settlement, tx) => {
        const token = readOpen(database, deliveryId(lease.key))?.token ?? lease.token;
        return store.settle({ ...lease, token }, settlement, tx);
      },
    })),
  },

  "a look whether the delivery is there, and then a claim": {
    breaks: /one of many deliveries at the same moment/,
    make: wrongStore((store, database) => ({
      claim: async (delivery, token) => {
        const before = readOpen(database, deliveryId(delivery.key));
        await sleep(1);
        if (before === undefined) forceLease(delivery);
        return store.claim(delivery, token);

        function forceLease({ key }: Delivery) {
          database
            .prepare("UPDATE billing_inbox_open SET lease_ends_at_ms = 0 WHERE id = ?")
            .run(deliveryId(key));
        }
      },
    })),
  },

  "an acknowledgement before the commit": {
    breaks: /keeps what it acknowledged when all its processes are killed/,
    make: wrongStore((store) => ({
      store: async (delivery) => {
        // The contract is over by then.
        setTimeout(() => store.store(delivery).catch(() => undefined), 200).unref();
        return { status: "stored" };
      },
    })),
  },

  "a lease by the clock of the application": {
    breaks: /early in a process whose clock is ahead/,
    make: wrongStore((store, database) => ({
      claim: async (delivery, token) => {
        database
          .prepare(
            "UPDATE billing_inbox_open SET lease_ends_at_ms = 0 WHERE id = ? AND lease_ends_at_ms <= ?",
          )
          .run(deliveryId(delivery.key), Date.now());
        return store.claim(delivery, token);
      },
    })),
  },

  "an attempt that is counted when it failed, not when it began": {
    breaks: /counts an attempt whose holder was stopped/,
    make: wrongStore((store, database) => {
      const add = database.prepare("UPDATE billing_inbox_open SET attempts = attempts + ? WHERE id = ?");
      return {
        claim: async (delivery, token) => {
          const claimed = await store.claim(delivery, token);
          if (claimed.status === "claimed") add.run(-1, deliveryId(delivery.key));
          return claimed;
        },
        settle: async (lease, settlement, tx) => {
          const isSettled = await store.settle(lease, settlement, tx);
          if (isSettled) add.run(1, deliveryId(lease.key));
          return isSettled;
        },
      };
    }),
  },

  "a memory of five minutes": {
    breaks: /remembers what it handled for 35 days/,
    make: wrongStore(() => ({}), { retentionMs: 300_000 }),
  },

  "events in the order of `created`, the same second left out": {
    breaks: /runs older ones too/,
    make: wrongStore((store, database) => ({
      claim: async (delivery, token) => {
        const newest = database
          .prepare("SELECT 1 FROM billing_inbox_newest WHERE object = ? AND NOT created_at_ms < ?")
          .get(objectKey(delivery) ?? null, delivery.createdAtMs);
        return newest === undefined ? store.claim(delivery, token) : { status: "duplicate" };
      },
    })),
  },

  "an effect in a transaction of its own, before that of the result": {
    breaks: /commits nothing that was written by a holder that lost its claim/,
    make: wrongStore((store, database) => ({
      openTx: () =>
        Object.assign(store.openTx(), { write: (write: (on: typeof database) => void) => write(database) }),
    })),
  },

  "a mark before the work": {
    breaks: /counts an attempt whose holder was stopped/,
    make: wrongStore((store) => ({
      claim: async (delivery, token) => {
        const claimed = await store.claim(delivery, token);
        if (claimed.status === "claimed") {
          const { lease } = claimed;
          const settlement = { status: "handled", newestAtMs: lease.createdAtMs } as const;
          await store.settle(lease, settlement, store.openTx());
        }
        return claimed;
      },
      settle: async () => true,
    })),
  },

  "a mark after the work, and no claim": {
    breaks: /one of many deliveries at the same moment/,
    make: wrongStore((store) => ({
      claim: async (delivery, token) => {
        const lease = { ...delivery, attempt: 1, token };
        const known = await store.store(delivery);
        return known.status === "stored" ? { status: "claimed", lease } : { status: "duplicate" };
      },
      settle: async (lease, settlement, tx) => {
        const claimed = await store.claim(lease, OTHER_TOKEN);
        if (claimed.status === "claimed") await store.settle(claimed.lease, settlement, tx);
        return true;
      },
    })),
  },

  "a key without the account": {
    breaks: /apart by event, account and mode/,
    make: wrongStore((store) => ({
      claim: async (delivery, token) => {
        const { account: _, ...key } = delivery.key;
        return store.claim({ ...delivery, key }, token);
      },
    })),
  },

  "a dead delivery that is free before its work is done again": {
    breaks: /keeps a requeued delivery dead/,
    make: wrongStore((store) => ({
      claimDead: async (key, token) => {
        if (!(await store.release(key))) return undefined;
        const lease = await store.claimNext(token, undefined);
        return lease === undefined ? undefined : { status: "claimed", lease };
      },
    })),
  },

  "a claim that stays when the work threw": {
    breaks: /frees the claim of work that threw/,
    make: wrongStore((store) => ({
      settle: async (lease, settlement, tx) =>
        settlement.status === "failed" || store.settle(lease, settlement, tx),
    })),
  },

  "no end of attempts": {
    breaks: /is dead after its attempts/,
    make: wrongStore(() => ({}), { maxAttempts: 1_000 }),
  },

  "one object at work in each process, not in all": {
    breaks: /lets a delivery wait while another of its object is at work/,
    make: wrongStore((store) => ({
      claim: async (delivery, token) => {
        const { objectId: _, ...alone } = delivery;
        return store.claim(alone, token);
      },
    })),
  },
};
