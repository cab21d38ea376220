import { type Context, Hono } from "hono";
import { settleAuthentication } from "../billing/payments/setup-intents.js";
import type { AccountData } from "../store/account-data.js";
import type { Accounts } from "../store/accounts.js";
import type { SetupIntentRecord } from "../store/records/payments.js";
import { transact } from "../store/transaction.js";
import { AuthenticationPage } from "./authentication-page.js";
import { Layout } from "./layout.js";

/** Serves the bank's page at the URL in a setup intent's `next_action`. */
export function authenticationPages(accounts: Accounts): Hono {
  const app = new Hono();
  app.get("/:secret", (context) => {
    const found = waiting(accounts, context);
    if (found === undefined) return closed(context);
    const { csrfToken } = found.intent.authentication;
    return context.html(<AuthenticationPage action={context.req.path} token={csrfToken} amount={null} />);
  });
  app.post("/:secret", async (context) => {
    const form = new URLSearchParams(await context.req.text());
    const found = waiting(accounts, context);
    if (found === undefined) return closed(context);
    const { account, intent } = found;
    if (form.get("csrf_token") !== intent.authentication.csrfToken) return closed(context, 403);
    const isAuthenticated = form.get("result") === "complete";
    const settled = transact(account, null, (tx) => settleAuthentication(tx, intent, isAuthenticated));
    const { next_action: action } = intent;
    if (action?.type !== "redirect_to_url") return closed(context, 200);
    return context.redirect(backTo(action.redirect_to_url.return_url, settled), 303);
  });
  return app;
}

function waiting(
  accounts: Accounts,
  context: Context,
): { readonly account: AccountData; readonly intent: SetupIntentRecord } | undefined {
  const secret = context.req.param("secret") ?? "";
  for (const account of accounts.all()) {
    const intent = account.of("setup_intent").all({ secret })[0];
    if (intent?.status === "requires_action") return { account, intent };
  }
  return undefined;
}

/** Adds the result to the return URL, as Stripe does. */
function backTo(returnUrl: string, { id, client_secret: secret, status }: SetupIntentRecord): string {
  const url = new URL(returnUrl);
  url.searchParams.set("setup_intent", id);
  url.searchParams.set("setup_intent_client_secret", String(secret));
  url.searchParams.set("redirect_status", status === "succeeded" ? "succeeded" : "failed");
  return url.href;
}

function closed(context: Context, status: 200 | 403 | 404 = 404): Response | Promise<Response> {
  return context.html(
    <Layout title="Nothing is asked">
      <h1>Nothing is asked here any more</h1>
      <p>Go back to the application.</p>
    </Layout>,
    status,
  );
}
