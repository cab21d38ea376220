import { hasPgBouncer, type PgBouncer, startPgBouncer } from "@repo/test-kit/pgbouncer";
import { postgresUrl } from "@repo/test-kit/servers";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { aDelivery } from "../../../../src/testing/inbox-contract/deliveries.js";
import { inboxContract } from "../../../../src/testing/index.js";
import { openPostgresInbox } from "./open-inbox.js";

const isHere = postgresUrl() !== undefined && (await hasPgBouncer());

describe.skipIf(!isHere)("the Postgres inbox behind PgBouncer in transaction mode", () => {
  let bouncer: PgBouncer;

  beforeAll(async () => {
    bouncer = await startPgBouncer(postgresUrl() ?? "");
  });

  afterAll(() => bouncer?.stop());

  const contract = inboxContract({
    leased: true,
    durable: true,
    transactional: true,
    faults: true,
    open: (settings) => openPostgresInbox({ ...settings, url: bouncer.url }),
  });
  for (const { name, run } of contract) test(name, run);

  test("hears no notification, finds that out, and looks by itself", async () => {
    const { inbox, peer, close } = await openPostgresInbox({ url: bouncer.url });
    const stop = new AbortController();
    const handled = vi.fn();
    const working = (async () => {
      while (!stop.signal.aborted) {
        while ((await peer.processNext(async ({ key }) => handled(key.eventId))) !== undefined);
        await peer.waitForDue({ signal: stop.signal, pollMs: 100 });
      }
    })();
    for (const id of ["evt_1", "evt_2"]) {
      await inbox.store(aDelivery(id));
      await vi.waitFor(() => expect(handled).toHaveBeenCalledWith(id), 10_000);
    }
    stop.abort();
    await working;
    await close?.();
  });
});
