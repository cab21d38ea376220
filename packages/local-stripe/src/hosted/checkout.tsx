import { type Context, Hono } from "hono";
import { ApiError } from "../api-error.js";
import { needsTaxLocation, setTaxCountry } from "../checkout/automatic-tax.js";
import { asks, completeSession, type Payment } from "../checkout/complete-session.js";
import { setQuantity } from "../checkout/quantities.js";
import { applyCode } from "../checkout/session-discounts.js";
import type { Accounts } from "../store/accounts.js";
import { passTime } from "../store/passing-time.js";
import type { CheckoutSessionRecord } from "../store/records/checkout.js";
import { transact } from "../store/transaction.js";
import { AuthenticationPage } from "./authentication-page.js";
import { leaveCheckout } from "./checkout-completed.js";
import { readEntries } from "./checkout-entries.js";
import { CheckoutPage, type OpenCheckout, SUMMARY } from "./checkout-pages.js";
import { isCountry } from "./countries.js";
import { formatFor } from "./format.js";
import { Layout } from "./layout.js";
import { message } from "./message.js";

/** The pages of a Checkout session, at the address that its `url` names or that ends in its client secret. */
export function checkoutPages(accounts: Accounts): Hono {
  const app = new Hono();

  app.get("/:secret", (context) =>
    within(accounts, context, (open) => context.html(<CheckoutPage open={open} />)),
  );

  app.post("/:secret", (context) =>
    withForm(accounts, context, (open, form) => {
      const card = form.get("card") ?? undefined;
      const entries = readEntries(open.session, form);
      if (card === undefined || !asks(card))
        return pay(context, open, { card, isAuthenticated: false, entries });
      change(open, { askedCard: card, entries });
      return context.redirect(`${context.req.path}/authenticate`, 303);
    }),
  );

  app.post("/:secret/promotion-code", (context) =>
    withForm(accounts, context, (open, form) => {
      const { session, account } = open;
      const typed = form.get("promotion_code")?.trim() ?? "";
      const applied = transact(account, null, (tx) => applyCode(tx, session, typed));
      if (applied !== undefined) return context.redirect(sessionPath(session), 303);
      return context.html(<CheckoutPage open={open} refusedCode={typed} />, 422);
    }),
  );

  app.post("/:secret/quantity", (context) =>
    withForm(accounts, context, ({ session, account }, form) => {
      const quantity = Number(form.get("quantity") ?? Number.NaN);
      const line = form.get("line") ?? "";
      const changed = transact(account, null, (tx) => setQuantity(tx, session, line, quantity));
      if (changed !== undefined) return context.redirect(sessionPath(session), 303);
      return context.html(<CheckoutPage open={{ account, session }} trouble={WRONG_QUANTITY} />, 422);
    }),
  );

  app.post("/:secret/country", (context) =>
    withForm(accounts, context, ({ session, account }, form) => {
      const country = form.get("country") ?? "";
      if (needsTaxLocation(session) && isCountry(country)) {
        transact(account, null, (tx) => setTaxCountry(tx, session, country));
      }
      return context.redirect(sessionPath(session), 303);
    }),
  );

  app.get("/:secret/authenticate", (context) =>
    within(accounts, context, ({ session }) => {
      const { askedCard, csrfToken } = session;
      if (askedCard === null) return context.redirect(sessionPath(session), 303);
      const amount =
        session.currency && formatFor(session).money(session.amount_total ?? 0, session.currency);
      return context.html(
        <AuthenticationPage action={context.req.path} token={csrfToken} amount={amount || null} />,
      );
    }),
  );

  app.post("/:secret/authenticate", (context) =>
    withForm(accounts, context, (open, form) => {
      const { askedCard: card, entries } = open.session;
      if (card === null) return context.redirect(sessionPath(open.session), 303);
      if (form.get("result") === "complete")
        return pay(context, open, { card, isAuthenticated: true, entries });
      const session = change(open, { askedCard: null, entries });
      return context.html(<CheckoutPage open={{ ...open, session }} trouble={NOT_AUTHENTICATED} />, 402);
    }),
  );

  return app;
}

const NOT_AUTHENTICATED =
  "We are unable to authenticate your payment method. Please choose a different payment method and try again.";

const WRONG_QUANTITY = "This quantity cannot be chosen.";

type Answer = Response | Promise<Response>;

function within(accounts: Accounts, context: Context, handle: (open: OpenCheckout) => Answer): Answer {
  const secret = context.req.param("secret") ?? "";
  for (const account of accounts.all()) {
    passTime(account, account.now);
    const session = account.of("checkout.session").all({ secret })[0];
    if (session === undefined) continue;
    if (session.status === "complete")
      return closed(context, { account, session }, "You have completed this already");
    const isGone = account.of("customer").get(String(session.customer)) === undefined;
    if (session.status !== "open" || isGone)
      return closed(context, { account, session }, "This page has expired");
    return handle({ account, session });
  }
  return message(context, 404, "There is nothing here", "Go back to the application and try again.");
}

/** A form counts only with the token that the session's own pages carry. */
async function withForm(
  accounts: Accounts,
  context: Context,
  handle: (open: OpenCheckout, form: URLSearchParams) => Answer,
): Promise<Response> {
  const form = new URLSearchParams(await context.req.text());
  return within(accounts, context, (open) => {
    if (form.get("csrf_token") === open.session.csrfToken) return handle(open, form);
    return message(context, 403, "This form is not valid", "Go back, reload the page and try again.");
  });
}

function pay(context: Context, { account, session }: OpenCheckout, payment: Payment): Answer {
  try {
    transact(account, null, (tx) => completeSession(tx, session, payment));
  } catch (error) {
    if (!(error instanceof ApiError) || error.status >= 500) throw error;
    const open = { account, session: account.getFromPath("checkout.session", session.id) };
    return context.html(<CheckoutPage open={open} trouble={error.message} />, 402);
  }
  return leaveCheckout(context, session);
}

function change(
  { account, session }: OpenCheckout,
  to: Pick<CheckoutSessionRecord, "askedCard" | "entries">,
): CheckoutSessionRecord {
  return transact(account, null, (tx) => tx.change("checkout.session", session.id, to));
}

function closed(context: Context, { account, session }: OpenCheckout, title: string): Answer {
  const back = session.status === "complete" ? null : session.cancel_url;
  return context.html(
    <Layout title={title} livemode={session.livemode}>
      <div class="narrow">
        <h1>{title}</h1>
        <p>{SUMMARY[session.mode] ?? ""} Nothing is left to do here.</p>
        {back === null ? null : (
          <a class="button" href={back}>
            Back to {account.context.businessName}
          </a>
        )}
      </div>
    </Layout>,
    404,
  );
}

function sessionPath({ secret }: CheckoutSessionRecord): string {
  return `/p/checkout/${secret}`;
}
