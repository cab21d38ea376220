import type { Context, Hono } from "hono";
import type { FC } from "hono/jsx";
import { openPortal } from "../../resources/portal-sessions.js";
import type { AccountData } from "../../store/account-data.js";
import type { Accounts } from "../../store/accounts.js";
import type { CustomerRecord } from "../../store/records/customers.js";
import type { PortalConfigurationRecord } from "../../store/records/portal.js";
import { transact } from "../../store/transaction.js";
import { Layout } from "../layout.js";
import { notFound } from "./messages.js";

interface Login {
  readonly account: AccountData;
  readonly configuration: PortalConfigurationRecord;
}

/** The lasting address of a portal. Stripe sends a link by e-mail; this server, which sends none, shows it. */
export function mountLogin(app: Hono, accounts: Accounts): void {
  app.get("/login/:id", (context) => {
    const login = findLogin(accounts, context);
    return login === undefined ? notFound(context) : context.html(<LoginPage login={login} />);
  });
  app.post("/login/:id", async (context) => {
    const email = new URLSearchParams(await context.req.text()).get("email")?.trim() ?? "";
    const login = findLogin(accounts, context);
    if (login === undefined) return notFound(context);
    const customer = findCustomer(login.account, email);
    const link = customer && linkFor(login, customer);
    return context.html(<LoginPage login={login} sent={{ email, link }} />);
  });
}

function findLogin(accounts: Accounts, context: Context): Login | undefined {
  for (const account of accounts.all()) {
    const url = `${account.context.origin()}/p/login/${context.req.param("id")}`;
    const configuration = account
      .of("billing_portal.configuration")
      .all({}, ({ active, login_page: login }) => active && login.enabled && login.url === url)[0];
    if (configuration !== undefined) return { account, configuration };
  }
  return undefined;
}

/** Finds the customer with an address. If there are several, prefers one with a subscription, then the newest. */
function findCustomer(account: AccountData, email: string): CustomerRecord | undefined {
  const customers = account.of("customer").all({ email });
  const isSubscribed = ({ id }: CustomerRecord): boolean =>
    account.of("subscription").all({ customer: id, ended: "false" }).length > 0;
  return customers.find(isSubscribed) ?? customers[0];
}

function linkFor({ account, configuration }: Login, { id }: CustomerRecord): string {
  const options = {
    flow: null,
    locale: null,
    on_behalf_of: null,
    return_url: configuration.default_return_url,
  };
  return transact(account, null, (tx) => openPortal(tx, id, configuration, options)).url;
}

interface LoginProps {
  readonly login: Login;
  readonly sent?: { readonly email: string; readonly link: string | undefined };
}

const LoginPage: FC<LoginProps> = ({ login: { account, configuration }, sent }) => (
  <Layout
    title="Log in to your billing"
    livemode={account.livemode}
    aside={<h2>{configuration.business_profile.headline ?? "Manage your billing"}</h2>}
  >
    <div class="narrow">
      <h1>Log in to your billing</h1>
      {sent === undefined ? (
        <form method="post">
          <p>Enter your email address, and you are sent a link.</p>
          <label class="above" for="email">
            Email
          </label>
          <input id="email" name="email" type="email" autocomplete="email" required maxlength={512} />
          <button type="submit" class="primary">
            Send
          </button>
        </form>
      ) : (
        <>
          <p class="notice" role="status">
            If {sent.email} is a customer&apos;s, a link is on its way.
          </p>
          {sent.link === undefined ? null : (
            <p>
              local-stripe sends no mail. This is <a href={sent.link}>the link that it would send</a>.
            </p>
          )}
        </>
      )}
    </div>
  </Layout>
);
