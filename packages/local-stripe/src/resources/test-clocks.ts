import { invalid } from "../api-error.js";
import { plusIntervals } from "../billing/catalog/period.js";
import { listRoute } from "../declare/list.js";
import { required, text, timestamp } from "../declare/params.js";
import { type Resource, retrieveRoute, route } from "../declare/route.js";
import { newId } from "../ids.js";
import type { Transaction } from "../store/account-data.js";
import { passTime } from "../store/passing-time.js";
import type { TestClockRecord } from "../store/records/account.js";

const YEAR = { interval: "year", interval_count: 1 };
const THIRTY_DAYS = 30 * 24 * 3600;

/** Clocks that stand still until they are moved, for the customers that were made on them. */
export const testClocks: Resource<"test_helpers.test_clock"> = {
  kind: {
    object: "test_helpers.test_clock",
    noun: "test clock",
    // The answer to the request that moves a clock still says that it is moving.
    due: { at: (clock) => (clock.status === "advancing" ? clock.created : null), run: arrive },
  },
  permission: "billing_clock",
  routes: [
    route(
      "POST /v1/test_helpers/test_clocks",
      { frozen_time: required(timestamp()), name: text({ max: 300 }) },
      ({ tx, account, params }) => {
        if (account.livemode) throw invalid("Test clocks can only be used in test mode.");
        const clock = {
          id: newId("clock"),
          object: "test_helpers.test_clock" as const,
          created: tx.now,
          deletes_after: tx.now + THIRTY_DAYS,
          frozen_time: params.frozen_time,
          livemode: false,
          name: params.name ?? null,
          status: "ready" as const,
          status_details: {},
        };
        return account.render(
          clock.object,
          tx.insert(clock.object, clock, "test_helpers.test_clock.created"),
        );
      },
    ),
    listRoute("test_helpers.test_clock", "/v1/test_helpers/test_clocks", {}, () => ({})),
    retrieveRoute("test_helpers.test_clock", "/v1/test_helpers/test_clocks"),
    route(
      "POST /v1/test_helpers/test_clocks/:id/advance",
      { frozen_time: required(timestamp()) },
      ({ tx, account, id, params: { frozen_time: target } }) => {
        const clock = account.getFromPath("test_helpers.test_clock", id);
        if (clock.status !== "ready") throw invalid("This test clock is already advancing.");
        if (target <= clock.frozen_time) {
          throw invalid(
            "A test clock only moves forward: `frozen_time` must be later than it is.",
            "frozen_time",
          );
        }
        refuseFarAdvance(tx, clock, target);
        const advancing = tx.change(
          "test_helpers.test_clock",
          id,
          { status: "advancing", status_details: { advancing: { target_frozen_time: target } } },
          "test_helpers.test_clock.advancing",
        );
        return account.render("test_helpers.test_clock", advancing);
      },
    ),
    route("DELETE /v1/test_helpers/test_clocks/:id", {}, ({ tx, account, id }) => {
      for (const customer of account.of("customer").all({ test_clock: id }))
        tx.remove("customer", customer.id);
      tx.remove("test_helpers.test_clock", id, "test_helpers.test_clock.deleted");
      return { id, object: "test_helpers.test_clock", deleted: true };
    }),
  ],
};

/** A clock advances by at most two intervals of its shortest subscription, and without one by two years. */
function refuseFarAdvance({ account }: Transaction, clock: TestClockRecord, target: number): void {
  const { frozen_time: from, id } = clock;
  const subscriptions = account.of("subscription").all({ test_clock: id, ended: "false" });
  const prices = subscriptions.flatMap(({ items }) =>
    items.map((item) => account.getFromPath("price", item.price)),
  );
  const furthest = prices.flatMap(({ recurring }) => (recurring ? plusIntervals(from, recurring, 2) : []));
  const latest = Math.min(plusIntervals(from, YEAR, 2), ...furthest);
  if (target <= latest) return;
  throw invalid(
    `A test clock can advance by at most two intervals of the shortest subscription on it, or by two years without one: \`frozen_time\` can be no later than ${latest}.`,
    "frozen_time",
  );
}

function arrive(tx: Transaction, clock: TestClockRecord): void {
  const target = clock.status_details.advancing?.target_frozen_time ?? clock.frozen_time;
  passTime(tx.account, target, clock.id);
  tx.change(
    "test_helpers.test_clock",
    clock.id,
    { frozen_time: target, status: "ready", status_details: {} },
    "test_helpers.test_clock.ready",
  );
}
