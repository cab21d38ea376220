import { describe, expect } from "vitest";
import { it } from "./support/it.js";
import { refusal } from "./support/local.js";

describe("a customer's tax ids", () => {
  it("are created, read, listed and deleted, each by its own customer", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const { id: other } = await stripe.customers.create({});
    const created = await stripe.customers.createTaxId(customer, { type: "eu_vat", value: "EL123456789" });
    expect(created).toMatchObject({
      customer,
      country: "GR",
      owner: { type: "customer", customer },
      verification: { status: "pending" },
    });
    expect(await stripe.customers.retrieveTaxId(customer, created.id)).toEqual(created);
    expect((await refusal(stripe.customers.retrieveTaxId(other, created.id))).code).toBe("resource_missing");
    expect((await refusal(stripe.customers.deleteTaxId(other, created.id))).code).toBe("resource_missing");
    expect((await stripe.customers.listTaxIds(other)).data).toEqual([]);

    expect(await stripe.customers.deleteTaxId(customer, created.id)).toEqual({
      id: created.id,
      object: "tax_id",
      deleted: true,
    });
    expect((await stripe.customers.listTaxIds(customer)).data).toEqual([]);
  });

  it("are read and deleted by their ids alone too, with an event", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const created = await stripe.customers.createTaxId(customer, { type: "us_ein", value: "12-3456789" });
    expect(created.id).toMatch(/^txi_/);
    const read = await stripe.taxIds.retrieve(created.id, { expand: ["customer"] });
    expect(read).toMatchObject({ id: created.id, customer: { id: customer, object: "customer" } });
    expect(await stripe.taxIds.del(created.id)).toMatchObject({ id: created.id, deleted: true });
    expect((await refusal(stripe.taxIds.retrieve(created.id))).code).toBe("resource_missing");
    const { data } = await stripe.events.list({
      types: ["customer.tax_id.created", "customer.tax_id.deleted"],
    });
    expect(data.map(({ type }) => type)).toEqual(["customer.tax_id.deleted", "customer.tax_id.created"]);
  });

  it("are refused where their form is wrong, their kind unknown, or they are there already", async ({
    stripe,
  }) => {
    const { id } = await stripe.customers.create({});
    const ein = { type: "us_ein", value: "12-3456789" } as const;
    await stripe.customers.createTaxId(id, ein);
    expect((await refusal(stripe.customers.createTaxId(id, ein))).code).toBe("resource_already_exists");
    const wrong = await refusal(stripe.customers.createTaxId(id, { type: "us_ein", value: "12" }));
    expect(wrong).toMatchObject({ code: "tax_id_invalid", param: "value" });
    const unknown = await refusal(stripe.customers.createTaxId(id, { type: "mars_vat", value: "1" }));
    expect(unknown.param).toBe("type");
  });
});
