import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Accounts } from "../store/accounts.js";
import { AboutPage } from "./about.js";
import { authenticationPages } from "./authentication.js";
import { checkoutPages } from "./checkout.js";
import { SCRIPT_HASH } from "./checkout-completed.js";
import { ICON, ICON_PATH } from "./icon.js";
import { invoicePages } from "./invoices.js";
import { portalPages } from "./portal/routes.js";
import { STRIPE_JS, STRIPE_JS_PATH } from "./stripe-js.js";

/**
 * Everything that is served to a browser. No page may be cached or named to another site, nor framed, but for that of an
 * embedded Checkout.
 */
export function hostedPages(accounts: Accounts): Hono {
  const app = new Hono();
  app.use("*", async (context, next) => {
    await next();
    const { headers } = context.res;
    headers.set("Cache-Control", "no-store");
    const isEmbedded = EMBEDDED_PATH.test(context.req.path);
    headers.set(
      "Content-Security-Policy",
      `${CONTENT_POLICY}; ${isEmbedded ? FRAMED_POLICY : UNFRAMED_POLICY}`,
    );
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("X-Content-Type-Options", "nosniff");
    if (!isEmbedded) headers.set("X-Frame-Options", "DENY");
  });
  app.use("*", bodyLimit({ maxSize: MAX_FORM_BYTES }));
  app.get("/", (context) => context.html(<AboutPage />));
  app.get(ICON_PATH, (context) => context.body(ICON, 200, { "Content-Type": "image/svg+xml" }));
  app.get(STRIPE_JS_PATH, (context) => context.body(STRIPE_JS, 200, { "Content-Type": "text/javascript" }));
  app.route("/p", portalPages(accounts));
  app.route("/p/invoice", invoicePages(accounts));
  app.route("/p/checkout", checkoutPages(accounts));
  app.route("/p/authenticate", authenticationPages(accounts));
  return app;
}

/** Far more than the longest form of these pages. */
const MAX_FORM_BYTES = 64 * 1024;

// Browsers hold a form to this list even when the answer to it is a redirect, and return URLs lead anywhere.
const CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'";
const UNFRAMED_POLICY = "frame-ancestors 'none'";

/** The address of an embedded Checkout ends in its client secret. Any page may show it, and hears when it is completed. */
const EMBEDDED_PATH = /^\/p\/checkout\/cs_/;
const FRAMED_POLICY = `script-src ${SCRIPT_HASH}`;
