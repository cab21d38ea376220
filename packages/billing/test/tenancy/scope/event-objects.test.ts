import { expect, it, vi } from "vitest";
import { readEventObject } from "../../../src/tenancy/scope/event-objects.js";

const gate = () => ({ retrieve: vi.fn(async () => ({ customer: { id: "cus_1" } }) as never) });

it("an event's object is read with the customer that proves its owner", async () => {
  const opened = gate();
  await readEventObject(opened, { type: "subscription", id: "sub_1" });
  expect(opened.retrieve).toHaveBeenCalledExactlyOnceWith(
    "GET /v1/subscriptions/{subscription}",
    { subscription: "sub_1" },
    { expand: ["customer"] },
  );
});

it.each(["in_1", "sub_1/../../customers/cus_1", "sub_1?expand[]=customer", "", undefined, 7])(
  "no subscription is read by the id %j",
  async (id) => {
    const opened = gate();
    await expect(readEventObject(opened, { type: "subscription", id: id as string })).rejects.toThrow(
      "id must be the id of a Stripe subscription, as the event names it.",
    );
    expect(opened.retrieve).not.toHaveBeenCalled();
  },
);
