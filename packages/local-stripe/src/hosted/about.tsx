import type { FC } from "hono/jsx";
import { Layout } from "./layout.js";

/** Tells whoever opens the server's address in a browser what they have found. */
export const AboutPage: FC = () => (
  <Layout
    title="local-stripe"
    aside={
      <>
        <h2>local-stripe</h2>
        <p>A Stripe for development and tests, on this machine only.</p>
      </>
    }
  >
    <div class="narrow">
      <h1>This is a local Stripe</h1>
      <p>
        The API is below <code>/v1/</code> and <code>/v2/</code>. It takes the secret key that this server was
        started with, from any of Stripe's SDKs.
      </p>
      <p>
        The customer portal, Checkout and invoices open at the addresses that the API returns. No card is
        charged and nothing is sent to Stripe.
      </p>
    </div>
  </Layout>
);
