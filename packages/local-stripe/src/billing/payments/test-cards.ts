import type { CardBehavior } from "../../store/records/payments.js";

/** One of Stripe's test cards, each with a well-known outcome. */
export interface TestCard {
  readonly brand: string;
  readonly last4: string;
  readonly funding?: string;
  /** The outcome of charging it. */
  readonly behavior: CardBehavior;
}

const PAYS: CardBehavior = { kind: "pays" };
const ASKS: CardBehavior = { kind: "asks" };

function declined(last4: string, declineCode: string, message: string, code = "card_declined"): TestCard {
  const reason = code === "card_declined" ? { declineCode } : {};
  return {
    brand: "visa",
    last4,
    behavior: { kind: "declines", code, message, whenAttached: true, ...reason },
  };
}

const DECLINED = "Your card was declined.";

/** The cards by the name after `pm_card_` and `tok_`. */
const CARDS: Readonly<Record<string, TestCard>> = {
  visa: { brand: "visa", last4: "4242", behavior: PAYS },
  visa_debit: { brand: "visa", last4: "5556", funding: "debit", behavior: PAYS },
  mastercard: { brand: "mastercard", last4: "4444", behavior: PAYS },
  mastercard_debit: { brand: "mastercard", last4: "8210", funding: "debit", behavior: PAYS },
  amex: { brand: "amex", last4: "8431", behavior: PAYS },
  discover: { brand: "discover", last4: "9424", behavior: PAYS },
  threeDSecureOptional: { brand: "visa", last4: "3055", behavior: PAYS },
  threeDSecure2Required: { brand: "visa", last4: "3220", behavior: ASKS },
  threeDSecureRequired: { brand: "visa", last4: "3063", behavior: ASKS },
  authenticationRequired: { brand: "visa", last4: "3184", behavior: ASKS },
  authenticationRequiredOnSetup: { brand: "visa", last4: "3155", behavior: PAYS },
  createDispute: {
    brand: "visa",
    last4: "0259",
    behavior: { kind: "pays", disputedAs: "fraudulent" },
  },
  createDisputeProductNotReceived: {
    brand: "visa",
    last4: "2685",
    behavior: { kind: "pays", disputedAs: "product_not_received" },
  },
  chargeDeclined: declined("0002", "generic_decline", DECLINED),
  chargeDeclinedInsufficientFunds: declined(
    "9995",
    "insufficient_funds",
    "Your card has insufficient funds.",
  ),
  chargeDeclinedLostCard: declined("9987", "lost_card", DECLINED),
  chargeDeclinedStolenCard: declined("9979", "stolen_card", DECLINED),
  chargeDeclinedExpiredCard: declined("0069", "expired_card", "Your card has expired.", "expired_card"),
  chargeDeclinedIncorrectCvc: declined(
    "0127",
    "incorrect_cvc",
    "Your card's security code is incorrect.",
    "incorrect_cvc",
  ),
  chargeDeclinedProcessingError: declined(
    "0119",
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
    "processing_error",
  ),
  chargeCustomerFail: {
    brand: "visa",
    last4: "0341",
    behavior: {
      kind: "declines",
      code: "card_declined",
      declineCode: "generic_decline",
      message: DECLINED,
      whenAttached: false,
    },
  },
};

/** Finds the card of a token such as `pm_card_visa`, `pm_card_visa_chargeDeclined` or `tok_visa`. */
export function testCard(token: string): TestCard | undefined {
  const name = /^(?:pm_card|tok)_(?:visa_(?=charge))?(\w+)$/.exec(token)?.[1];
  return name !== undefined && Object.hasOwn(CARDS, name) ? CARDS[name] : undefined;
}
