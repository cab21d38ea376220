import type { FC } from "hono/jsx";
import { isMetered } from "../billing/catalog/metered.js";
import { readTrialEnd } from "../billing/subscriptions/subscription-fields.js";
import { needsTaxLocation } from "../checkout/automatic-tax.js";
import { wantsCard } from "../checkout/complete-session.js";
import { boundsOf } from "../checkout/quantities.js";
import type { AccountData } from "../store/account-data.js";
import type { CheckoutLineRecord, CheckoutSessionRecord } from "../store/records/checkout.js";
import { EntryFields } from "./checkout-entries.js";
import { namedCountries } from "./countries.js";
import { formatFor } from "./format.js";
import { Layout } from "./layout.js";
import { TestCards } from "./test-cards.js";

/** A Checkout Session's page, and the account data it belongs to. */
export interface OpenCheckout {
  readonly account: AccountData;
  readonly session: CheckoutSessionRecord;
}

/** Describes a session that is over, by its mode. */
export const SUMMARY: Readonly<Record<string, string>> = {
  payment: "This was a payment.",
  setup: "This was to save a card.",
  subscription: "This was for a subscription.",
};

interface PageProps {
  readonly open: OpenCheckout;
}

interface CheckoutPageProps extends PageProps {
  readonly trouble?: string;
  /** A promotion code that was typed and may not be redeemed. */
  readonly refusedCode?: string;
}

/** Shows the order with its costs, and takes a card. */
export const CheckoutPage: FC<CheckoutPageProps> = ({ open, trouble, refusedCode }) => {
  const { session, account } = open;
  const customer = account.getFromPath("customer", String(session.customer));
  const words = wordsFor(open);
  return (
    <Layout
      title={words.title}
      language={formatFor(session).language}
      livemode={session.livemode}
      aside={<Summary open={open} />}
    >
      <div class="narrow">
        <h1>{words.heading}</h1>
        {trouble === undefined ? null : (
          <p class="notice bad" role="alert">
            {trouble}
          </p>
        )}
        {customer.email === null ? null : (
          <dl class="facts">
            <dt>Email</dt>
            <dd>{customer.email}</dd>
          </dl>
        )}
        {session.lines.map((line) => (
          <QuantityForm session={session} line={line} />
        ))}
        {session.allow_promotion_codes ? <CodeForm open={open} refused={refusedCode} /> : null}
        {needsTaxLocation(session) ? (
          <CountryForm open={open} />
        ) : (
          <form method="post" action={`/p/checkout/${session.secret}`}>
            <input type="hidden" name="csrf_token" value={session.csrfToken} />
            <EntryFields account={account} session={session} />
            {wantsCard(session) ? <TestCards /> : <p>No card is needed today.</p>}
            <p>
              <button type="submit" class="primary">
                {words.button}
              </button>
            </p>
          </form>
        )}
        {words.terms === undefined ? null : <p class="terms">{words.terms}</p>}
      </div>
    </Layout>
  );
};

/** Changes how much of an item is bought, and shows the page again. */
const QuantityForm: FC<{ readonly session: CheckoutSessionRecord; readonly line: CheckoutLineRecord }> = ({
  session,
  line,
}) => {
  const bounds = boundsOf(session, line);
  if (bounds === undefined) return null;
  return (
    <form method="post" action={`/p/checkout/${session.secret}/quantity`}>
      <input type="hidden" name="csrf_token" value={session.csrfToken} />
      <input type="hidden" name="line" value={line.id} />
      <label class="above" for={line.id}>
        Quantity of {line.description}
      </label>
      <div class="beside">
        <input
          id={line.id}
          name="quantity"
          type="number"
          value={String(line.quantity ?? 1)}
          min={bounds.least}
          max={bounds.most}
          required
        />
        <button type="submit">Update</button>
      </div>
    </form>
  );
};

/** Leads back to the page with the taxes of the country, before anything can be paid. */
const CountryForm: FC<PageProps> = ({ open: { session } }) => (
  <form method="post" action={`/p/checkout/${session.secret}/country`}>
    <input type="hidden" name="csrf_token" value={session.csrfToken} />
    <label class="above" for="country">
      Country
    </label>
    <select id="country" name="country" required autocomplete="billing country">
      {namedCountries().map(([code, name]) => (
        <option value={code}>{name}</option>
      ))}
    </select>
    <button type="submit" class="primary">
      Continue
    </button>
  </form>
);

/** Applies a promotion code and shows the page again. */
const CodeForm: FC<PageProps & { readonly refused: string | undefined }> = ({ open, refused }) => {
  const { session, account } = open;
  const code = session.discounts?.[0]?.promotion_code;
  const applied = typeof code === "string" ? account.getFromPath("promotion_code", code).code : undefined;
  return (
    <form method="post" action={`/p/checkout/${session.secret}/promotion-code`}>
      <input type="hidden" name="csrf_token" value={session.csrfToken} />
      <label class="above" for="promotion-code">
        Promotion code
      </label>
      <input
        id="promotion-code"
        name="promotion_code"
        type="text"
        value={refused ?? applied ?? ""}
        autofocus={refused !== undefined}
        {...(refused !== undefined && {
          "aria-invalid": "true",
          "aria-describedby": "promotion-code-problem",
        })}
      />
      {refused === undefined ? null : (
        <p class="problem" id="promotion-code-problem" role="alert">
          This code is invalid.
        </p>
      )}
      {refused === undefined && applied !== undefined ? <p class="quiet">It is applied.</p> : null}
      <button type="submit">Apply</button>
    </form>
  );
};

const Summary: FC<PageProps> = ({ open }) => {
  const { session, account } = open;
  const format = formatFor(session);
  const currency = session.currency ?? "usd";
  const trialEnd = readTrialEnd(session.subscriptionData, session.created);
  const off = session.total_details?.amount_discount ?? 0;
  const tax = session.total_details?.amount_tax ?? 0;
  const prices = session.lines.map(({ price, quantity }) =>
    format.price(account.getFromPath("price", price), { quantity: quantity ?? 1 }),
  );
  return (
    <>
      {session.cancel_url === null ? null : (
        <p>
          <a href={session.cancel_url}>
            <span aria-hidden="true">←</span> Back to {account.context.businessName}
          </a>
        </p>
      )}
      <h2>{session.mode === "setup" ? "Save a card" : format.money(session.amount_total ?? 0, currency)}</h2>
      <p>{session.mode === "setup" ? "Nothing is charged now." : "Due today"}</p>
      {session.lines.length === 0 ? null : (
        <ul class="order" aria-label="What you get">
          {session.lines.map((line, at) => (
            <li>
              <span>
                {line.description}
                {line.quantity === null || line.quantity === 1 ? "" : ` × ${line.quantity}`}
              </span>
              <span>{prices[at]}</span>
            </li>
          ))}
          {off === 0 ? null : (
            <li>
              <span>Discount</span>
              <span>−{format.money(off, currency)}</span>
            </li>
          )}
          {tax === 0 ? null : (
            <li>
              <span>Tax</span>
              <span>{format.money(tax, currency)}</span>
            </li>
          )}
        </ul>
      )}
      {trialEnd === null ? null : (
        <p>
          Free until {format.date(trialEnd)}, then {prices.join(" and ")}.
        </p>
      )}
    </>
  );
};

interface Words {
  readonly title: string;
  readonly heading: string;
  readonly button: string;
  readonly terms?: string;
}

function wordsFor({ session, account }: OpenCheckout): Words {
  const names = session.lines.map(({ description }) => description).join(", ");
  if (session.mode === "setup") return { title: "Save a card", heading: "Save a card", button: "Save card" };
  if (session.mode === "payment") {
    const amount = formatFor(session).money(session.amount_total ?? 0, session.currency ?? "usd");
    return { title: `Pay for ${names}`, heading: `Pay for ${names}`, button: `Pay ${amount}` };
  }
  const isTrial = readTrialEnd(session.subscriptionData, session.created) !== null;
  const isBilledByUsage = session.lines.every(({ price }) => isMetered(account.getFromPath("price", price)));
  return {
    title: `Subscribe to ${names}`,
    heading: isTrial ? `Try ${names}` : `Subscribe to ${names}`,
    button: isTrial ? "Start trial" : "Subscribe",
    terms: `${isBilledByUsage ? "You are billed for what you use" : "It renews automatically"} until you cancel, which you can do at any time.`,
  };
}
