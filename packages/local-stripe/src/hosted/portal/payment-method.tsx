import type { FC } from "hono/jsx";
import { ApiError, invalid } from "../../api-error.js";
import { beginSetup, confirmSetup } from "../../billing/payments/setup-intents.js";
import { recoverPayments } from "../../portal/recover.js";
import type { Transaction } from "../../store/account-data.js";
import type { PaymentMethodRecord, SetupIntentRecord } from "../../store/records/payments.js";
import { describeProblem, type PageForm, PortalForm, Problem, TroubleNotice } from "./form.js";
import { GoBack, type OpenProps, PortalLayout } from "./frame.js";
import type { Notice } from "./notices.js";
import { OwnCard } from "./own-card.js";
import type { PortalPage } from "./page.js";
import type { OpenSession } from "./session.js";
import { HolderAnswers, notAuthenticated } from "./three-d-secure.js";

interface CardChoice {
  /** The end of its well-known name, `pm_card_…`. */
  readonly card: string;
  readonly number: string;
  readonly outcome: string;
  /** True for a card that asks for 3-D Secure before it is saved. */
  readonly asks?: true;
}

const CHOICES: readonly CardChoice[] = [
  { card: "visa", number: "4242 4242 4242 4242", outcome: "Visa that pays" },
  { card: "mastercard", number: "5555 5555 5555 4444", outcome: "Mastercard that pays" },
  {
    card: "authenticationRequiredOnSetup",
    number: "4000 0025 0000 3155",
    outcome: "Visa that asks for 3D Secure, then pays",
    asks: true,
  },
  { card: "chargeDeclined", number: "4000 0000 0000 0002", outcome: "Visa that is declined" },
  {
    card: "chargeDeclinedInsufficientFunds",
    number: "4000 0000 0000 9995",
    outcome: "Visa without sufficient funds",
  },
  {
    card: "chargeCustomerFail",
    number: "4000 0000 0000 0341",
    outcome: "Visa that is saved, and declined when it is charged",
  },
];

/** Takes one of the well-known cards and makes it the customer's default. */
export const PAYMENT_METHOD: PortalPage<OpenSession> = {
  path: "/payment-method",
  find: allowed,
  seen: savedMethodIds,
  show: (open, form) => <CardPage open={open} form={form} />,
  submit: (tx, open, fields) => {
    const choice = CHOICES.find(({ card }) => card === fields.get("card"));
    if (choice === undefined) throw invalid("Choose a card.", "card");
    if (choice.asks) return { goTo: `/payment-method/authenticate?card=${choice.card}` };
    return saveCard(tx, open, choice);
  },
};

interface Asked {
  readonly open: OpenSession;
  readonly choice: CardChoice;
}

/** Simulates the page of the card's bank. */
export const AUTHENTICATE: PortalPage<Asked> = {
  path: "/payment-method/authenticate",
  find: (open, { query }) => {
    const choice = CHOICES.find(({ card, asks }) => asks && card === query.get("card"));
    return choice && allowed(open) && { open, choice };
  },
  seen: ({ open, choice }) => [savedMethodIds(open), choice],
  show: ({ open }, form) => <AuthenticatePage open={open} form={form} />,
  submit: (tx, { open, choice }, fields) => {
    if (fields.get("outcome") !== "complete") throw notAuthenticated("setup_intent_authentication_failure");
    return saveCard(tx, open, choice);
  },
};

function allowed(open: OpenSession): OpenSession | undefined {
  return open.configuration.features.payment_method_update.enabled ? open : undefined;
}

/** Two cards are not added by pressing twice. */
function savedMethodIds(open: OpenSession): unknown {
  return savedMethods(open).map(({ id }) => id);
}

export function savedMethods({ account, customer }: OpenSession): readonly PaymentMethodRecord[] {
  return account.of("payment_method").all({ customer: customer.id });
}

function saveCard(tx: Transaction, { customer }: OpenSession, { card }: CardChoice): Notice {
  const { id } = beginSetup(tx, { customer: customer.id, payment_method: `pm_card_${card}` });
  const { payment_method: saved } = confirmed(tx, id);
  return saved === null ? "payment_method" : makeDefault(tx, customer.id, saved);
}

/** A refusal of the card is told beside the choice of it. */
function confirmed(tx: Transaction, id: string): SetupIntentRecord {
  try {
    return confirmSetup(tx, id, {});
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new ApiError(error.status, error.message, { ...error.details, param: "card" });
  }
}

/** Makes a method the customer's default and charges to it what failed before. A subscription's own card stays. */
export function makeDefault(tx: Transaction, customer: string, method: string): Notice {
  const { invoice_settings: settings } = tx.account.getFromPath("customer", customer);
  const invoice_settings = { ...settings, default_payment_method: method };
  tx.change("customer", customer, { invoice_settings }, "customer.updated");
  const recovered = recoverPayments(tx, customer);
  return recovered === "nothing owed"
    ? "payment_method"
    : recovered === "paid"
      ? "recovered"
      : "not_recovered";
}

const CardPage: FC<OpenProps & { readonly form: PageForm }> = ({ open, form }) => (
  <PortalLayout title="Update your payment method" open={open}>
    <div class="narrow">
      <h1>Update your payment method</h1>
      <TroubleNotice form={form} known={["card"]} />
      <p>Your subscriptions and what you owe are charged to it.</p>
      {open.subscriptions.map((subscription) => (
        <OwnCard open={open} subscription={subscription} />
      ))}
      <PortalForm form={form}>
        <fieldset {...describeProblem(form, "card")}>
          <legend>Test card</legend>
          {CHOICES.map(({ card, number, outcome }) => (
            <label class="choice offer">
              <input
                type="radio"
                name="card"
                value={card}
                checked={card === (form.fields?.get("card") ?? "visa")}
                required
              />
              <span>
                <strong>{outcome}</strong>
                <span class="quiet">{number}</span>
              </span>
            </label>
          ))}
          <Problem form={form} name="card" />
        </fieldset>
        <button type="submit" class="primary">
          Save card
        </button>
      </PortalForm>
      <GoBack open={open} />
    </div>
  </PortalLayout>
);

const AuthenticatePage: FC<OpenProps & { readonly form: PageForm }> = ({ open, form }) => (
  <PortalLayout title="Confirm that it is you" open={open}>
    <div class="narrow">
      <h1>Confirm that it is you</h1>
      <TroubleNotice form={form} />
      <PortalForm form={form}>
        <HolderAnswers name="outcome" />
      </PortalForm>
      <GoBack open={open} to="/payment-method" />
    </div>
  </PortalLayout>
);
