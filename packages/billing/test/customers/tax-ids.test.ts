import { describe, expect } from "vitest";
import { ConflictError, InvalidArgumentError } from "../../src/index.js";
import { itWithNewTenant as it } from "../in-world.js";
import { answer, clientThat } from "../isolation/intercepted-client.js";

const VAT = { type: "eu_vat", value: "DE123456789" };

describe("createTaxId", () => {
  it("gives a customer a tax id, and shows what the authority has said of it", async ({
    world,
    acme,
    billing,
  }) => {
    const taxId = await billing.createTaxId(acme.customerId, VAT);
    expect(taxId).toMatchObject({
      ...VAT,
      customerId: acme.customerId,
      country: "DE",
      verification: { status: "pending", name: null, address: null },
      livemode: false,
    });
    expect(world.takeRequests()).toEqual([
      `GET /v1/customers/${acme.customerId}`,
      `POST /v1/customers/${acme.customerId}/tax_ids`,
    ]);
    expect(await world.stripe.customers.retrieveTaxId(acme.customerId, taxId.id)).toMatchObject(VAT);
  });

  it("prints it on the customer's next invoice", async ({ world, acme, billing }) => {
    await billing.createTaxId(acme.customerId, VAT);
    await billing.updateSubscription(acme.subscriptionId, { quantity: 5, proration: "always_invoice" });
    const [invoice] = (await world.stripe.invoices.list({ customer: acme.customerId, limit: 1 })).data;
    expect(invoice?.customer_tax_ids).toContainEqual(VAT);
  });

  it("returns the same one where the customer has it already", async ({ world, acme, billing }) => {
    const first = await billing.createTaxId(acme.customerId, VAT);
    expect(await billing.createTaxId(acme.customerId, VAT)).toEqual(first);
    expect((await world.stripe.customers.listTaxIds(acme.customerId)).data).toHaveLength(2);
  });

  it("refuses another number under the same key", async ({ acme, billing }) => {
    await billing.createTaxId(acme.customerId, { ...VAT, idempotencyKey: "k" });
    const other = { ...VAT, value: "DE987654321", idempotencyKey: "k" };
    await expect(billing.createTaxId(acme.customerId, other)).rejects.toThrow(ConflictError);
  });

  it.for(["si_tin", "in_gst", "ch_vat", "li_uid"])(
    "takes a %s, though it reads like an id",
    async (type, { acme, billing }) => {
      const value = type === "ch_vat" ? "CHE-123.456.789 MWST" : "12345678";
      expect(await billing.createTaxId(acme.customerId, { type, value })).toMatchObject({ type, value });
    },
  );

  it("returns no other one where Stripe refuses it", async ({ acme, billing }) => {
    await billing.createTaxId(acme.customerId, VAT);
    for (const wrong of [
      { type: VAT.type, value: "12" },
      { type: "xx_vat", value: VAT.value },
    ]) {
      await expect(billing.createTaxId(acme.customerId, wrong)).rejects.toMatchObject({
        code: "invalid_argument",
      });
    }
  });

  it.for(["1", `1${"2".repeat(98)}3`, "ABC&D. /,-:9+", "ÑÑÑ010101AAA"])(
    "takes the number %s for one that Stripe may know",
    async (value, { world, acme, billing }) => {
      await billing.createTaxId(acme.customerId, { type: "mx_rfc", value }).catch(() => undefined);
      expect(world.local.requests.map(({ params }) => params["value"])).toContain(value);
    },
  );

  it("passes on that Stripe knows no such number", async ({ acme, billing }) => {
    const wrong = { type: "eu_vat", value: "12" };
    await expect(billing.createTaxId(acme.customerId, wrong)).rejects.toThrow('parameter "value"');
  });

  it.for([
    ["no kind", { value: "DE123456789" }],
    ["a kind of another form", { type: "EU VAT", value: "DE123456789" }],
    ["no number", { type: "eu_vat" }],
    ["an empty number", { type: "eu_vat", value: "" }],
    ["a number that looks like an id", { type: "eu_vat", value: "cus_1" }],
    ["a number with a line break", { type: "eu_vat", value: "DE123\n456" }],
    ["a number that is too long", { type: "eu_vat", value: "1".repeat(101) }],
    ["a number that ends in a space", { type: "eu_vat", value: "DE123456789 " }],
    ["a number that begins with one", { type: "eu_vat", value: " DE123456789" }],
    ["a kind without a country", { type: "vat", value: "DE123456789" }],
    ["a kind that is too long", { type: `eu_${"x".repeat(21)}`, value: "DE123456789" }],
    ["a kind that begins otherwise", { type: "an eu_vat", value: "DE123456789" }],
    ["an owner", { ...VAT, customerId: "cus_1" }],
  ] as const)("refuses %s before anything is sent", async ([, options], { world, acme, billing }) => {
    // Hostile options are of no type that it takes.
    const refused = billing.createTaxId(acme.customerId, options as never);
    await expect(refused).rejects.toThrow(InvalidArgumentError);
    await expect(refused).rejects.toThrow(
      /^(?:type must be a kind of tax id, such as "eu_vat"\.|value must be 1 to 100 letters, digits, spaces|Unknown option)/,
    );
    expect(world.takeRequests()).toEqual([]);
  });
});

describe("listTaxIds", () => {
  it("lists all of a customer's, newest first", async ({ world, acme, billing }) => {
    const { id } = await billing.createTaxId(acme.customerId, VAT);
    world.takeRequests();
    const listed = await billing.listTaxIds(acme.customerId);
    expect(listed.map((taxId) => taxId.id)).toEqual([id, acme.taxIdId]);
    expect(world.local.requests.at(-1)?.params).toEqual({ limit: "100" });
    expect(world.takeRequests()).toEqual([`GET /v1/customers/${acme.customerId}/tax_ids`]);
  });
});

describe("deleteTaxId", () => {
  it("takes it from its customer, once", async ({ world, acme, billing }) => {
    expect(await billing.deleteTaxId(acme.taxIdId)).toEqual({ id: acme.taxIdId, deleted: true });
    expect(world.takeRequests()).toEqual([
      `GET /v1/tax_ids/${acme.taxIdId}`,
      `DELETE /v1/tax_ids/${acme.taxIdId}`,
    ]);
    expect(await billing.listTaxIds(acme.customerId)).toEqual([]);
    await expect(billing.deleteTaxId(acme.taxIdId)).rejects.toMatchObject({ code: "not_found" });
  });

  it("finds the answer that was lost in what is left", async ({ world, acme, billing: before }) => {
    await before.createTaxId(acme.customerId, VAT);
    const stripe = clientThat(world.local, async (request, send) => {
      const response = await send();
      if (request.method === "DELETE") throw new Error("The connection was reset.");
      return response;
    });
    const billing = world.service({ stripe, maxRetries: 0 }).forTenant("acme");
    expect(await billing.deleteTaxId(acme.taxIdId)).toEqual({ id: acme.taxIdId, deleted: true });
  });

  it("takes it for deleted where the connection was closed and Stripe then knows none", async ({
    world,
    acme,
  }) => {
    const stripe = clientThat(world.local, async ({ method }, send) => {
      if (method === "DELETE") await send();
      return send();
    });
    const billing = world.service({ stripe }).forTenant("acme");
    expect(await billing.deleteTaxId(acme.taxIdId)).toEqual({ id: acme.taxIdId, deleted: true });
  });

  it("passes on that Stripe refuses, and that what is left cannot be read", async ({ world, acme }) => {
    const refusing = clientThat(world.local, async ({ method }, send) =>
      method === "DELETE" ? answer(400, { error: { type: "invalid_request_error" } }) : send(),
    );
    const refused = world.service({ stripe: refusing }).forTenant("acme").deleteTaxId(acme.taxIdId);
    await expect(refused).rejects.toMatchObject({ code: "invalid_argument" });
    expect(world.takeRequests()).toEqual([`GET /v1/tax_ids/${acme.taxIdId}`]);
    let isLost = false;
    const losing = clientThat(world.local, async ({ method }, send) => {
      isLost ||= method === "DELETE";
      if (isLost) throw new Error("The connection was reset.");
      return send();
    });
    const lost = world.service({ stripe: losing, maxRetries: 0 }).forTenant("acme").deleteTaxId(acme.taxIdId);
    await expect(lost).rejects.toMatchObject({ code: "indeterminate" });
  });

  it("says that the outcome is unknown while the tax id is still there", async ({ world, acme }) => {
    const stripe = clientThat(world.local, async (request, send) => {
      if (request.method === "DELETE") throw new Error("The connection was reset.");
      return send();
    });
    const billing = world.service({ stripe, maxRetries: 0 }).forTenant("acme");
    await expect(billing.deleteTaxId(acme.taxIdId)).rejects.toMatchObject({ code: "indeterminate" });
  });

  it("needs the id of a tax id", async ({ world, billing }) => {
    await expect(billing.deleteTaxId("cus_1")).rejects.toThrow("taxIdId must be");
    expect(world.takeRequests()).toEqual([]);
  });

  it("knows no tax id of another tenant's customer", async ({ world, billing }) => {
    const globex = await world.addTenant("globex");
    world.takeRequests();
    await expect(billing.deleteTaxId(globex.taxIdId)).rejects.toMatchObject({ code: "not_found" });
    await expect(billing.listTaxIds(globex.customerId)).rejects.toMatchObject({ code: "not_found" });
    expect(world.takeRequests().filter((request) => !request.startsWith("GET"))).toEqual([]);
  });
});
