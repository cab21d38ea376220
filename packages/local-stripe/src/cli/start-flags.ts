import { type LocalStripeOptions, OPTION_CHECKS } from "../options.js";
import type { Flags } from "./read-flags.js";
import { UsageError } from "./usage-error.js";

export interface Flag {
  readonly name: string;
  readonly type: "string" | "boolean";
  readonly multiple?: boolean;
  readonly value?: string;
  readonly help: string;
}

type StartFlag = Flag & {
  /** Turns what was written into the option's value, which the option's own check then judges. */
  readonly read: (written: unknown) => unknown;
};

/** The flag of each option of `startLocalStripe`. */
export const START_FLAGS: { readonly [Name in keyof LocalStripeOptions]-?: StartFlag } = {
  port: {
    ...text("port", "number", "the port to listen on; 0 takes a free one (default 4243)"),
    read: Number,
  },
  secretKey: text("key", "sk_test_…", "the key of test mode; made up when left out"),
  liveSecretKey: text("live-key", "sk_live_…", "the key of live mode; made up when left out"),
  businessName: text("business-name", "name", "to which the hosted pages lead back"),
  accounts: { ...text("account", "acct_…", "a connected account; may be repeated"), multiple: true },
  defaultPortalConfiguration: {
    name: "no-default-portal-configuration",
    type: "boolean",
    help: "start as an account whose portal settings were never saved",
    read: (written) => written !== true,
  },
  requirePaymentMethod: flag("require-payment-method", "decline customers without a payment method"),
  afterLastAttempt: text(
    "after-last-attempt",
    "state",
    "cancel, unpaid or past_due: what follows the last failed payment attempt",
  ),
  searchDelayMs: { ...text("search-delay-ms", "ms", "how long searches miss new objects"), read: Number },
  webhookRetryDelaysMs: {
    ...text("webhook-retry-delays-ms", "ms,ms", "the pauses before a failed delivery is tried again"),
    read: (written) => String(written).split(",").map(Number),
  },
  webhookTimeoutMs: { ...text("webhook-timeout-ms", "ms", "how long an endpoint may take"), read: Number },
  recordedRequests: { ...text("recorded-requests", "number", "how many requests are kept"), read: Number },
  onAnswer: {
    ...flag("log", "print each API call with its status"),
    read: () => (answer: { method: string; path: string; status: number }) => {
      process.stdout.write(`${answer.status} ${answer.method} ${answer.path}\n`);
    },
  },
  clock: {
    ...text("start-time", "date", "the time at which the clock starts, such as 2027-01-31"),
    read: clockFrom,
  },
  managedPayments: flag("managed-payments", "simulate an account with Managed Payments on by default"),
  taxRates: {
    ...text("tax-rate", "DE=19", "a percentage of tax for automatic tax; may be repeated"),
    multiple: true,
    read: (written) => Object.fromEntries([written].flat().map(readTaxRate)),
  },
};

/** @throws UsageError that names the flag and says what it takes. */
export function readStartOptions(flags: Flags): LocalStripeOptions {
  const options: Record<string, unknown> = {};
  for (const [option, { name, read }] of Object.entries(START_FLAGS)) {
    const written = flags[name];
    if (written === undefined) continue;
    const value = read(written);
    // The table of flags and the table of checks have the same names.
    const expected = OPTION_CHECKS[option as keyof LocalStripeOptions](value);
    if (expected !== undefined) throw new UsageError(`--${name} must be ${expected}${shown(name, written)}`);
    options[option] = value;
  }
  return options;
}

/** Quotes the value for a message, unless it may be a secret. */
function shown(name: string, written: unknown): string {
  return name.endsWith("key") ? "" : `, not "${String(written)}"`;
}

function text(name: string, value: string, help: string): StartFlag {
  return { name, type: "string", value, help, read: (written) => written };
}

function flag(name: string, help: string): StartFlag {
  return { name, type: "boolean", help, read: (written) => written };
}

function readTaxRate(written: unknown): readonly [country: string, percent: number] {
  const [country = "", percent = ""] = String(written).split("=");
  return [country, percent === "" ? Number.NaN : Number(percent)];
}

function clockFrom(written: unknown): () => number {
  const start = Date.parse(String(written));
  if (Number.isNaN(start))
    throw new UsageError(`--start-time must be a date such as 2027-01-31, not "${String(written)}"`);
  const behindMs = Date.now() - start;
  return () => Date.now() - behindMs;
}
