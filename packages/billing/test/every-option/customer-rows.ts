import { expect } from "vitest";
import { EVENT_NAME } from "../stripe-world.js";
import { inDays, type OptionRow, seconds } from "./option-row.js";

const DETAILS = {
  email: "new@example.com",
  name: "New Inc",
  phone: "+49 30 1",
  description: "pays late",
  preferredLocales: ["de", "en-GB"],
  taxExempt: "reverse",
  metadata: { team: "blue" },
} as const;
const ADDRESS = { line1: "Hof 1", line2: "links", city: "Berlin", state: "BE", postalCode: "10115" } as const;

const AS_STRIPE_HAS_IT = {
  email: "new@example.com",
  name: "New Inc",
  phone: "+49 30 1",
  description: "pays late",
  address: {
    line1: "Hof 1",
    line2: "links",
    city: "Berlin",
    state: "BE",
    postal_code: "10115",
    country: "DE",
  },
  preferred_locales: ["de", "en-GB"],
  tax_exempt: "reverse",
  metadata: { team: "blue" },
};

export const CUSTOMER_ROWS: readonly OptionRow[] = [
  {
    method: "ensureCustomer",
    shows: "makes one customer for a reference, with every detail",
    run: async ({ billing, stripe }) => {
      const options = {
        reference: "workspace-1",
        ...DETAILS,
        address: { ...ADDRESS, country: "DE" },
        idempotencyKey: "k",
      };
      const { id } = await billing.ensureCustomer(options);
      expect(await stripe.customers.retrieve(id)).toMatchObject(AS_STRIPE_HAS_IT);
      expect((await billing.ensureCustomer(options)).id).toBe(id);
    },
  },
  {
    method: "updateCustomer",
    shows: "changes every detail",
    run: async ({ billing, stripe, own }) => {
      const address = { ...ADDRESS, country: "DE" };
      await billing.updateCustomer(own.customerId, { ...DETAILS, address, idempotencyKey: "k" });
      expect(await stripe.customers.retrieve(own.customerId)).toMatchObject(AS_STRIPE_HAS_IT);
    },
  },
  {
    method: "deleteCustomer",
    shows: "deletes a customer together with its subscriptions",
    run: async ({ billing, own, stripe }) => {
      await billing.deleteCustomer(own.customerId, { cancelSubscriptions: true, idempotencyKey: "k" });
      expect((await stripe.customers.retrieve(own.customerId)).deleted).toBe(true);
    },
  },
  {
    method: "createTaxId",
    shows: "gives the customer a number of a kind, once",
    run: async ({ billing, own, stripe }) => {
      const wanted = { type: "eu_vat", value: "DE123456789", idempotencyKey: "k" };
      const { id } = await billing.createTaxId(own.customerId, wanted);
      expect((await billing.createTaxId(own.customerId, wanted)).id).toBe(id);
      expect(await stripe.customers.retrieveTaxId(own.customerId, id)).toMatchObject({
        type: "eu_vat",
        value: "DE123456789",
      });
    },
  },
  {
    method: "listTaxIds",
    shows: "lists the customer's",
    run: async ({ billing, own }) => {
      const ids = (await billing.listTaxIds(own.customerId, {})).map(({ id }) => id);
      expect(ids).toEqual([own.taxIdId]);
    },
  },
  {
    method: "deleteTaxId",
    shows: "takes it from its customer",
    run: async ({ billing, own, stripe }) => {
      await billing.deleteTaxId(own.taxIdId, {});
      expect((await stripe.customers.listTaxIds(own.customerId)).data).toEqual([]);
    },
  },
  {
    method: "getCustomer",
    shows: "reads the customer",
    run: async ({ billing, own }) => {
      expect((await billing.getCustomer(own.customerId, {})).id).toBe(own.customerId);
    },
  },
  {
    method: "listPaymentMethods",
    shows: "lists as many as asked for, after a cursor",
    run: async ({ billing, own, stripe }) => {
      const newer = await stripe.paymentMethods.attach("pm_card_mastercard", { customer: own.customerId });
      const first = await billing.listPaymentMethods(own.customerId, { limit: 1 });
      expect(first.data.map(({ id }) => id)).toEqual([newer.id]);
      const second = await billing.listPaymentMethods(own.customerId, { limit: 1, after: newer.id });
      expect(second.data.map(({ id }) => id)).toEqual([own.paymentMethodId]);
    },
  },
  {
    method: "setDefaultPaymentMethod",
    shows: "makes it the default of the customer and of a subscription",
    run: async ({ billing, own, stripe }) => {
      const options = { subscriptionId: own.subscriptionId, idempotencyKey: "k" };
      await billing.setDefaultPaymentMethod(own.paymentMethodId, options);
      expect(await stripe.customers.retrieve(own.customerId)).toMatchObject({
        invoice_settings: { default_payment_method: own.paymentMethodId },
      });
      expect(await stripe.subscriptions.retrieve(own.subscriptionId)).toMatchObject({
        default_payment_method: own.paymentMethodId,
      });
    },
  },
  {
    method: "detachPaymentMethod",
    shows: "detaches one that is in use, where that is allowed",
    run: async ({ billing, own, stripe }) => {
      await billing.setDefaultPaymentMethod(own.paymentMethodId);
      await expect(billing.detachPaymentMethod(own.paymentMethodId)).rejects.toMatchObject({
        code: "conflict",
      });
      await billing.detachPaymentMethod(own.paymentMethodId, { allowInUse: true, idempotencyKey: "k" });
      expect(await stripe.paymentMethods.retrieve(own.paymentMethodId)).toMatchObject({ customer: null });
    },
  },
  {
    method: "listEntitlements",
    shows: "lists what the subscription gives access to",
    run: async ({ billing, own }) => {
      const entitlements = await billing.listEntitlements(own.customerId, {});
      expect(entitlements.map(({ lookupKey }) => lookupKey)).toEqual([own.lookupKey]);
    },
  },
  {
    method: "hasEntitlement",
    shows: "knows a feature by its lookup key",
    run: async ({ billing, own }) => {
      expect(await billing.hasEntitlement(own.customerId, own.lookupKey, {})).toBe(true);
      expect(await billing.hasEntitlement(own.customerId, "another", {})).toBe(false);
    },
  },
  {
    method: "reportUsage",
    shows: "counts usage of the past under its identifier once",
    run: async ({ billing, own, stripe }) => {
      const timestamp = inDays(-2);
      const usage = { eventName: EVENT_NAME, value: 7, identifier: "one", timestamp };
      await billing.reportUsage(own.customerId, { ...usage, idempotencyKey: "k" });
      await billing.reportUsage(own.customerId, usage);
      const { data: meters } = await stripe.billing.meters.list();
      const meter = meters.find(({ event_name: name }) => name === EVENT_NAME);
      const { data } = await stripe.billing.meters.listEventSummaries(meter?.id ?? "", {
        customer: own.customerId,
        start_time: seconds(timestamp) - (seconds(timestamp) % 60),
        end_time: seconds(timestamp) - (seconds(timestamp) % 60) + 60,
      });
      expect(data).toMatchObject([{ aggregated_value: 7 }]);
    },
  },
  {
    method: "reportUsage",
    shows: "finds the customer and the value under the keys that the meter names",
    run: async ({ billing, own, stripe }) => {
      const eventName = `tokens-${own.tenantId}`;
      const meter = await stripe.billing.meters.create({
        display_name: "Tokens",
        event_name: eventName,
        default_aggregation: { formula: "sum" },
        customer_mapping: { type: "by_id", event_payload_key: "payer" },
        value_settings: { event_payload_key: "tokens" },
      });
      const keys = { customerKey: "payer", valueKey: "tokens" };
      const timestamp = inDays(-1);
      await billing.reportUsage(own.customerId, {
        eventName,
        value: 5,
        identifier: "one",
        timestamp,
        ...keys,
      });
      const start = seconds(timestamp) - (seconds(timestamp) % 60);
      const window = { customer: own.customerId, start_time: start, end_time: start + 60 };
      const { data } = await stripe.billing.meters.listEventSummaries(meter.id, window);
      expect(data).toMatchObject([{ aggregated_value: 5 }]);
    },
  },
];
