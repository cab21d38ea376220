import { invalid, notImplemented } from "../../api-error.js";
import { type MetadataChange, metadata } from "../../declare/metadata.js";
import {
  bool,
  clearable,
  clearableList,
  either,
  hash,
  integer,
  list,
  oneOf,
  type Param,
  required,
  text,
  timestamp,
} from "../../declare/params.js";
import { DISCOUNTS, type NewDiscount } from "../discounts/discount-params.js";
import { NEW_ITEMS, type NewItem } from "../subscriptions/item-params.js";

const MOST_PHASES = 10;

const MOMENT = either(oneOf("now"), timestamp());

const INVOICE_SETTINGS = {
  custom_fields: clearableList(
    hash({ name: required(text({ max: 40 })), value: required(text({ max: 140 })) }),
    {
      max: 4,
    },
  ),
  days_until_due: integer({ min: 0 }),
  description: clearable(text()),
  footer: clearable(text()),
  issuer: hash({ type: required(oneOf("self")) }),
};

/** Parameters of a phase and of its schedule's defaults alike. */
const COMMON = {
  automatic_tax: hash({ enabled: required(noTax()) }),
  billing_cycle_anchor: oneOf("automatic", "phase_start"),
  collection_method: oneOf("charge_automatically", "send_invoice"),
  default_payment_method: text(),
  description: clearable(text({ max: 500 })),
  invoice_settings: hash(INVOICE_SETTINGS),
};

export const DEFAULT_SETTINGS: Param<NewDefaults> = hash(COMMON);

const PHASE = {
  ...COMMON,
  currency: text({ max: 3 }),
  default_tax_rates: clearableList(text(), { max: 0 }),
  discounts: DISCOUNTS,
  duration: hash({
    interval: required(oneOf("day", "month", "week", "year")),
    interval_count: integer({ min: 1 }),
  }),
  end_date: MOMENT,
  items: required(NEW_ITEMS),
  metadata: metadata(),
  proration_behavior: oneOf("always_invoice", "create_prorations", "none"),
  start_date: MOMENT,
  trial: bool(),
  trial_end: MOMENT,
};

export const PHASES: Param<NewPhase[]> = list(hash(PHASE), { max: MOST_PHASES });

/** Parameters for a schedule's subscription, in one phase or in all. */
export interface NewDefaults {
  readonly automatic_tax?: { readonly enabled: boolean };
  readonly billing_cycle_anchor?: "automatic" | "phase_start";
  readonly collection_method?: "charge_automatically" | "send_invoice";
  readonly default_payment_method?: string;
  readonly description?: string | null;
  readonly invoice_settings?: {
    readonly custom_fields?: { name: string; value: string }[];
    readonly days_until_due?: number;
    readonly description?: string | null;
    readonly footer?: string | null;
    readonly issuer?: { readonly type: "self" };
  };
}

/** A phase as a request writes it. */
export interface NewPhase extends NewDefaults {
  readonly currency?: string;
  readonly discounts?: readonly NewDiscount[];
  readonly duration?: Interval;
  readonly end_date?: number | "now";
  readonly items: readonly NewItem[];
  readonly metadata?: MetadataChange;
  readonly proration_behavior?: "always_invoice" | "create_prorations" | "none";
  readonly start_date?: number | "now";
  readonly trial?: boolean;
  readonly trial_end?: number | "now";
}

interface Interval {
  readonly interval: "day" | "month" | "week" | "year";
  readonly interval_count?: number;
}

/** Phases have no automatic tax here, which a request may say as well. */
function noTax(): Param<false> {
  const flag = bool();
  return {
    read: (value, name) => {
      if (flag.read(value, name)) throw notImplemented(`the value true of ${name}`, name);
      return false;
    },
  };
}

/** Refuses a phase that names its end twice, by date and by duration. */
export function refuseTwoEnds(phase: NewPhase, name: string): void {
  if (phase.duration === undefined || phase.end_date === undefined) return;
  throw invalid(
    `You may only specify one of these parameters: ${name}[duration], ${name}[end_date].`,
    `${name}[duration]`,
    "parameters_exclusive",
  );
}
