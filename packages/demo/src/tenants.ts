/** One of the two invented companies that use the application, with the plans that it is offered. */
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
}

export interface ProductSpec {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly features: readonly string[];
  /** In cents. */
  readonly unitAmount: number;
  readonly interval: "month" | "year";
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
        id: "demo_acme_team",
        name: "Team",
        description: "Everything one team needs.",
        features: ["10 seats", "90 days of history"],
        unitAmount: 4900,
        interval: "month",
      },
      {
        id: "demo_acme_company",
        name: "Company",
        description: "For all teams together.",
        features: ["Unlimited seats", "3 years of history", "Single sign-on"],
        unitAmount: 19_900,
        interval: "month",
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
        id: "demo_globex_enterprise",
        name: "Enterprise",
        description: "As agreed with Globex.",
        features: ["500 seats", "Own region", "Audit log"],
        unitAmount: 1_290_000,
        interval: "year",
      },
      {
        id: "demo_globex_pilot",
        name: "Pilot",
        description: "For trying it in one depot.",
        features: ["25 seats"],
        unitAmount: 29_000,
        interval: "month",
      },
    ],
  },
];

export const SHARED_PRODUCT: ProductSpec = {
  id: "demo_shared_support",
  name: "Priority support",
  description: "An answer within the hour.",
  features: ["Weekdays and weekends"],
  unitAmount: 9900,
  interval: "month",
};
