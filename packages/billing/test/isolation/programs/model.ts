/** What should be at Stripe after the calls so far, as far as the programs look at it. In every list the oldest come first. */

export interface Model {
  readonly tenants: readonly TenantModel[];
  /** Every product ever made, whoever may see it. */
  readonly products: ProductModel[];
}

export interface TenantModel {
  readonly tenantId: string;
  /** The one that is billed, which is also the first of its customers. */
  readonly customerId: string;
  readonly customers: CustomerModel[];
  /** The product whose subscribers have access to the feature with this lookup key. */
  readonly featured: ProductModel;
  readonly lookupKey: string;
  readonly subscriptions: SubscriptionModel[];
  readonly sessions: SessionModel[];
  readonly invoiceIds: string[];
  /** The tax ids of its customer. */
  readonly taxIds: TaxIdModel[];
  /** What is attached to its customer. */
  readonly paymentMethodIds: string[];
  defaultPaymentMethodId: string | null;
  /** The charge of its first invoice, and what was given back of it. */
  readonly chargeId: string;
  readonly refundIds: string[];
  readonly couponId: string;
  readonly promotionCodeId: string;
  /** What is typed for it. */
  readonly promotionCode: string;
  /** What was reported, by identifier. */
  readonly usage: Map<string, number>;
  /** What each idempotency key was first used for, and what it made. */
  readonly keys: Map<string, { readonly words: string; readonly id: string }>;
  /** Prices that were made to replace another, by what was asked for. */
  readonly replacements: Map<string, PriceModel>;
  /** Portal configurations, by the price that they offer. */
  readonly configurations: Map<string, string>;
}

export interface CustomerModel {
  readonly id: string;
  readonly reference: string | null;
  name: string | null;
}

export interface TaxIdModel {
  readonly id: string;
  readonly type: string;
  readonly value: string;
}

export interface ProductModel {
  readonly id: string;
  /** As in metadata: a tenant's id, `*` for everyone, or nothing for nobody. */
  readonly mark: string;
  readonly prices: PriceModel[];
  name: string;
  active: boolean;
  defaultPrice: PriceModel | undefined;
}

export interface PriceModel {
  readonly id: string;
  readonly product: ProductModel;
  readonly interval: "month" | "year";
  active: boolean;
  lookupKey: string | null;
}

export interface SubscriptionModel {
  readonly id: string;
  price: PriceModel;
  quantity: number;
  /** What it changes to at the end of the period. */
  scheduled: { readonly price: PriceModel; readonly quantity: number } | null;
  cancels: "never" | "period_end" | Date;
  ended: boolean;
  isPaused: boolean;
  paymentMethodId: string | null;
  note: string | undefined;
}

export interface SessionModel {
  readonly id: string;
  readonly price: PriceModel;
  readonly quantity: number;
  readonly uiMode: "hosted" | "embedded";
  /** Whether it was made by the library, which finds its own again. */
  readonly isFound: boolean;
  status: "open" | "complete" | "expired";
}

/** Whether a tenant may sell a product. */
export function sees({ tenantId }: TenantModel, { mark }: ProductModel): boolean {
  return mark === tenantId || mark === "*";
}

/** Whether a tenant may change a product. */
export function owns({ tenantId }: TenantModel, { mark }: ProductModel): boolean {
  return mark === tenantId;
}

export function isForSale({ active, product }: PriceModel): boolean {
  return active && product.active;
}

export function isSubscribedTo({ subscriptions }: TenantModel, product: ProductModel): boolean {
  return subscriptions.some(({ ended, price }) => !ended && price.product === product);
}

/** What a subscription is charged on. */
export function chargedOn(
  { defaultPaymentMethodId }: TenantModel,
  { paymentMethodId }: SubscriptionModel,
): string | null {
  return paymentMethodId ?? defaultPaymentMethodId;
}
