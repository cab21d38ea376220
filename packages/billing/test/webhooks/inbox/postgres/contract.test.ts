import { describePostgres } from "@repo/test-kit/postgres-schema";
import { test } from "vitest";
import { inboxContract } from "../../../../src/testing/index.js";
import { openPostgresInbox } from "./open-inbox.js";

describePostgres("the Postgres inbox, with two pools as two processes have", () => {
  const contract = inboxContract({
    leased: true,
    durable: true,
    transactional: true,
    faults: true,
    open: openPostgresInbox,
  });
  for (const { name, run } of contract) test(name, run);
});
