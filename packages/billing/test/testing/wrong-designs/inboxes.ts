/** Wrong designs around a store that is right. */
import { deliveryId } from "../../../src/webhooks/inbox/inbox.js";
import { sqliteInbox } from "../../../src/webhooks/inbox/sqlite/sqlite-inbox.js";
import type { WrongDesign } from "./stores.js";

export const WRONG_INBOXES: Readonly<Record<string, WrongDesign>> = {
  "an error that is swallowed, and an event that is acknowledged": {
    breaks: /frees the claim of work that threw/,
    make: (options) => {
      const inbox = sqliteInbox(options);
      return {
        ...inbox,
        process: async (delivery, work, given) => {
          const result = await inbox.process(delivery, (claim) => work(claim).catch((error) => error), given);
          return result;
        },
      };
    },
  },

  "a commit of unknown outcome that is tried again as a new one": {
    breaks: /does not run the work again when the answer to its result is lost/,
    make: (options) => {
      const inbox = sqliteInbox(options);
      return {
        ...inbox,
        process: async (delivery, work, given) => {
          try {
            return await inbox.process(delivery, work, given);
          } catch {
            const key = { ...delivery.key, eventId: `${delivery.key.eventId}_again` };
            return inbox.process({ ...delivery, key }, work, given);
          }
        },
      };
    },
  },

  "a memory of this process in front of the table": {
    breaks: /is dead after its attempts/,
    make: (options) => {
      const inbox = sqliteInbox(options);
      const seen = new Set<string>();
      return {
        ...inbox,
        process: async (delivery, work, given) => {
          const id = deliveryId(delivery.key);
          if (seen.has(id)) return { status: "duplicate" };
          seen.add(id);
          return inbox.process(delivery, work, given);
        },
      };
    },
  },

  "a result that is told before it is recorded": {
    breaks: /acknowledges a result only when it was recorded/,
    make: (options) => {
      const inbox = sqliteInbox(options);
      return {
        ...inbox,
        process: (delivery, work, given) =>
          new Promise((resolve, reject) => {
            const tell = (claim: Parameters<typeof work>[0]) =>
              work(claim).then((value) => {
                resolve({ status: "handled", attempt: claim.attempt, value });
                return value;
              });
            inbox.process(delivery, tell, given).then(resolve, reject);
          }),
      };
    },
  },

  "a wait that is none, so that an idle process asks again and again": {
    breaks: /keeps no process busy/,
    make: (options) => ({ ...sqliteInbox(options), waitForDue: async () => undefined }),
  },
};
