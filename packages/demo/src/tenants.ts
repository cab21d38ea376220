/** One of the three invented companies that use the application, with the plans that it is offered. */
export interface TenantSpec {
  readonly id: string;
  readonly name: string;
  readonly person: string;
  readonly email: string;
  /** The tenant is subscribed to the first. */
  readonly products: readonly ProductSpec[];
  readonly trialDays?: number;
  /** The Stripe test card that it pays with from the start. */
  readonly card?: string;
  /** Adds seats that its card does not pay for, so that the tenant is past due from the start. */
  readonly unpaidSeats?: number;
  /** Pays for reports from the start; others begin in the application. */
  readonly buysReports?: boolean;
}

export interface ProductSpec {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly features: readonly string[];
  /** In cents. */
  readonly unitAmount: number;
  readonly interval: "month" | "year";
  /** In cents, for a second price that is paid by the year. */
  readonly yearlyAmount?: number;
  /** Names what is counted, if the price is for each of something. */
  readonly unitLabel?: string;
  /** The features that open pages of the application, by their lookup keys. */
  readonly grants?: readonly string[];
  /** The event name of the meter, if it is billed by usage. */
  readonly meter?: string;
}

export const TENANTS: readonly TenantSpec[] = [
  {
    id: "acme",
    name: "Acme Analytics",
    person: "Ada Palmer",
    email: "ada@acme.example",
    card: "pm_card_visa",
    products: [
      {
        id: "prod_demo_acme_team",
        name: "Team",
        description: "Everything one team needs.",
        features: ["Pay for the seats you use", "90 days of history"],
        unitAmount: 4900,
        interval: "month",
        yearlyAmount: 49_000,
        unitLabel: "seat",
      },
      {
        id: "prod_demo_acme_company",
        name: "Company",
        description: "For all teams together.",
        features: ["Unlimited seats", "3 years of history", "Audit log"],
        grants: ["audit-log"],
        unitAmount: 19_900,
        interval: "month",
        yearlyAmount: 199_000,
      },
    ],
  },
  {
    id: "globex",
    name: "Globex Logistics",
    person: "Hugo Stern",
    email: "hugo@globex.example",
    trialDays: 14,
    products: [
      {
        id: "prod_demo_globex_enterprise",
        name: "Enterprise",
        description: "As agreed with Globex.",
        features: ["500 seats", "Own region", "Audit log"],
        grants: ["audit-log"],
        unitAmount: 1_290_000,
        interval: "year",
      },
      {
        id: "prod_demo_globex_pilot",
        name: "Pilot",
        description: "For trying it in one depot.",
        features: ["25 seats"],
        unitAmount: 29_000,
        interval: "month",
      },
    ],
  },
  {
    id: "initech",
    name: "Initech Software",
    person: "Bill Lund",
    email: "bill@initech.example",
    card: "pm_card_visa",
    unpaidSeats: 3,
    buysReports: true,
    products: [
      {
        id: "prod_demo_initech_studio",
        name: "Studio",
        description: "For a small team.",
        features: ["Pay for the seats you use"],
        unitAmount: 2500,
        interval: "month",
        unitLabel: "seat",
      },
    ],
  },
];

/** A first month at half price, for every tenant. */
export const SHARED_PROMOTION = {
  couponId: "demo_half_price",
  name: "Half price",
  percentOff: 50,
  code: "LUMEN50",
};

export const SHARED_PRODUCT: ProductSpec = {
  id: "prod_demo_shared_support",
  name: "Priority support",
  description: "An answer within the hour.",
  features: ["Weekdays and weekends"],
  unitAmount: 9900,
  interval: "month",
};

export const REPORT_METER = "lumen_report";

export const REPORTS: ProductSpec = {
  id: "prod_demo_shared_reports",
  name: "Reports",
  description: "Pay for the reports you make, at the end of the month.",
  features: ["No monthly fee"],
  unitAmount: 40,
  interval: "month",
  unitLabel: "report",
  meter: REPORT_METER,
};

/** A feature that opens the page of the same name. */
export const AUDIT_LOG = { lookupKey: "audit-log", name: "Audit log" };
