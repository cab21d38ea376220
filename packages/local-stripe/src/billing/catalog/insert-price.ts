import { invalid } from "../../api-error.js";
import { type MetadataChange, mergeMetadata } from "../../declare/metadata.js";
import { newId } from "../../ids.js";
import type { AccountData, Transaction } from "../../store/account-data.js";
import type { PriceRecord } from "../../store/records/catalog.js";
import { type NewTier, newTiers } from "./tiers.js";

interface NewPrice {
  readonly product: string;
  readonly currency: string;
  readonly active?: boolean;
  readonly billing_scheme?: "per_unit" | "tiered";
  readonly lookup_key?: string;
  readonly metadata?: MetadataChange;
  readonly nickname?: string;
  readonly recurring?: {
    readonly interval: "day" | "month" | "week" | "year";
    readonly interval_count?: number;
    readonly usage_type?: "licensed" | "metered";
    readonly meter?: string;
  };
  readonly tax_behavior?: "exclusive" | "inclusive" | "unspecified";
  readonly tiers?: readonly NewTier[];
  readonly tiers_mode?: "graduated" | "volume";
  readonly unit_amount?: number;
  readonly unit_amount_decimal?: string;
  readonly inline?: true;
}

/** Makes a price of a product that is there. `within` is the parameter that held the amounts, for the messages. */
export function insertPrice(tx: Transaction, fields: NewPrice, within?: string): PriceRecord {
  const named = (name: string): string => (within === undefined ? name : `${within}[${name}]`);
  const amount = fields.billing_scheme === "tiered" ? newTiers(fields, named) : readAmount(fields, named);
  const currency = fields.currency.toLowerCase();
  if (!/^[a-z]{3}$/.test(currency)) {
    throw invalid(`Invalid currency: ${fields.currency}.`, named("currency"));
  }
  const { recurring } = fields;
  const price: PriceRecord = {
    id: newId("price"),
    object: "price",
    active: fields.active ?? true,
    created: tx.now,
    currency,
    custom_unit_amount: null,
    livemode: tx.account.livemode,
    lookup_key: fields.lookup_key ?? null,
    metadata: mergeMetadata({}, fields.metadata),
    nickname: fields.nickname ?? null,
    product: fields.product,
    recurring: recurring
      ? {
          interval: recurring.interval,
          interval_count: intervalCount(recurring, named),
          meter: findMeter(tx.account, recurring, named),
          trial_period_days: null,
          usage_type: recurring.usage_type ?? "licensed",
        }
      : null,
    tax_behavior: fields.tax_behavior ?? "unspecified",
    transform_quantity: null,
    type: recurring ? "recurring" : "one_time",
    ...amount,
    ...(fields.inline && { inline: true }),
  };
  return tx.insert("price", price, "price.created");
}

type Amount = Pick<
  PriceRecord,
  "billing_scheme" | "tiers" | "tiers_mode" | "unit_amount" | "unit_amount_decimal"
>;

function readAmount(fields: NewPrice, named: (name: string) => string): Amount {
  const { unit_amount: whole, unit_amount_decimal: exact } = fields;
  const misplaced = (["tiers", "tiers_mode"] as const).find((name) => fields[name] !== undefined);
  if (misplaced !== undefined) {
    throw invalid(`You can only set \`${misplaced}\` if \`billing_scheme=tiered\`.`, named(misplaced));
  }
  if (whole !== undefined && exact !== undefined) {
    throw invalid(
      "You may only specify one of these parameters: unit_amount, unit_amount_decimal.",
      named("unit_amount"),
      "parameters_exclusive",
    );
  }
  const plain = { billing_scheme: "per_unit", tiers: null, tiers_mode: null } as const;
  if (whole !== undefined) return { ...plain, unit_amount: whole, unit_amount_decimal: String(whole) };
  if (exact === undefined) {
    throw invalid(
      "Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.",
      named("unit_amount"),
      "parameter_missing",
    );
  }
  return { ...plain, unit_amount: exact.includes(".") ? null : Number(exact), unit_amount_decimal: exact };
}

const MOST_INTERVALS = { day: 1095, week: 156, month: 36, year: 3 };

function intervalCount(
  recurring: NonNullable<NewPrice["recurring"]>,
  named: (name: string) => string,
): number {
  const count = recurring.interval_count ?? 1;
  if (count > MOST_INTERVALS[recurring.interval]) {
    throw invalid(
      "The interval of a price cannot be longer than three years.",
      named("recurring[interval_count]"),
    );
  }
  return count;
}

/** Since 2025-03-31 every metered price has a meter, and no other price has one. */
function findMeter(
  account: AccountData,
  { meter, usage_type: usageType }: NonNullable<NewPrice["recurring"]>,
  named: (name: string) => string,
): string | null {
  const param = named("recurring[meter]");
  if (usageType !== "metered") {
    if (meter === undefined) return null;
    throw invalid("Only prices with `recurring[usage_type]=metered` can have a meter.", param);
  }
  if (meter === undefined) throw invalid(`Missing required param: ${param}.`, param, "parameter_missing");
  if (account.getFromParam("billing.meter", meter, param).status === "active") return meter;
  throw invalid(`The meter ${meter} is not active.`, param);
}
