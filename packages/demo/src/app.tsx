import type { StripeBillingService } from "@repo/billing";
import type { WebhookReceiver } from "@repo/billing/webhooks";
import { Hono } from "hono";
import { csrf } from "hono/csrf";
import { secureHeaders } from "hono/secure-headers";
import { answerError, answerNotFound, type Log } from "./answer-error.js";
import { saveDetails, showDetails } from "./billing-details.js";
import { confirmChange, previewChange } from "./change-plan.js";
import { probe } from "./isolation.js";
import { BillingPage } from "./pages/billing-page.js";
import { InvoicesPage } from "./pages/invoices-page.js";
import { LIVE_SCRIPT } from "./pages/live-script.js";
import { SignInPage } from "./pages/sign-in-page.js";
import { STYLES } from "./pages/styles.js";
import type { ReadModel } from "./read-model.js";
import type { Sessions } from "./sessions.js";
import { requireSignIn, type SignedIn, signIn, signOut } from "./sign-in.js";
import { streamVersions } from "./updates.js";
import type { Workspaces } from "./workspaces.js";

export interface AppParts {
  readonly billing: StripeBillingService;
  readonly webhooks: WebhookReceiver;
  readonly readModel: ReadModel;
  readonly workspaces: Workspaces;
  readonly sessions: Sessions;
  /** Receives failures that are not the visitor's fault. */
  readonly log: Log;
}

/** Declares every route of the application. */
export function createApp({
  billing,
  webhooks,
  readModel,
  workspaces,
  sessions,
  log,
}: AppParts): Hono<SignedIn> {
  const app = new Hono<SignedIn>();

  app.get("/healthz", (c) => c.json({ status: "ok" }));

  // Before the CSRF protection: Stripe posts here, and its signature is checked instead.
  app.post("/webhooks/stripe", (c) => webhooks.fetch(c.req.raw));

  app.use(secureHeaders(HEADERS), csrf(), async (c, next) => {
    c.header("Cache-Control", "no-store");
    await next();
  });

  app.get("/styles.css", (c) => c.body(STYLES, 200, { "Content-Type": "text/css; charset=utf-8" }));
  app.get("/live.js", (c) => c.body(LIVE_SCRIPT, 200, { "Content-Type": "text/javascript; charset=utf-8" }));

  app.get("/", (c) => c.html(<SignInPage workspaces={workspaces.list()} />));
  app.post("/sign-in", (c) => signIn(c, sessions, workspaces));
  app.post("/sign-out", (c) => signOut(c, sessions));

  app.use("/billing/*", requireSignIn({ billing, sessions, workspaces }));
  app.use("/api/*", requireSignIn({ billing, sessions, workspaces }));

  app.get("/billing", async (c) => {
    const { workspace, billing: own } = c.var;
    const visit = c.req.query("checkout");
    const [checkout, products, invoices, open, upcoming, customer, paymentMethods, foreign, missing] =
      await Promise.all([
        // Anyone can type this address, so ask Stripe; a session of another tenant is not found.
        visit === undefined ? undefined : own.getCheckoutSession(visit),
        own.listTenantProducts({ limit: 100 }),
        own.listInvoices(workspace.customerId),
        own.listInvoices(workspace.customerId, { status: "open" }),
        own.previewUpcomingInvoice(workspace.customerId),
        own.getCustomer(workspace.customerId),
        own.listPaymentMethods(workspace.customerId),
        probe(own, workspaces.findOther(workspace).subscriptionId),
        probe(own, "sub_1DoesNotExistAnywhere000"),
      ]);
    const state = readModel.get(workspace.tenantId);
    return c.html(
      <BillingPage
        workspace={workspace}
        checkout={checkout}
        state={state}
        products={products.data}
        invoices={invoices.data}
        openInvoices={open.data}
        upcoming={upcoming}
        customer={customer}
        paymentMethods={paymentMethods.data}
        probes={{ foreign, missing }}
      />,
    );
  });

  app.get("/billing/change", previewChange);
  app.post("/billing/change", confirmChange);

  app.get("/billing/details", showDetails);
  app.post("/billing/details", saveDetails);

  app.get("/billing/invoices", async (c) => {
    const { workspace, billing: own } = c.var;
    const invoices = await own.listInvoices(workspace.customerId, { after: c.req.query("after") });
    return c.html(<InvoicesPage workspace={workspace} invoices={invoices} />);
  });

  app.post("/billing/cancel", async (c) => {
    await c.var.billing.cancelSubscription(c.var.workspace.subscriptionId, { when: "period_end" });
    return c.redirect("/billing", 303);
  });

  app.post("/billing/keep", async (c) => {
    await c.var.billing.resumeSubscription(c.var.workspace.subscriptionId);
    return c.redirect("/billing", 303);
  });

  app.post("/billing/portal", async (c) => {
    const session = await c.var.billing.createCustomerPortalSession(c.var.workspace.customerId);
    return c.redirect(session.url, 303);
  });

  app.post("/billing/payment-method", async (c) => {
    const flow = {
      type: "payment_method_update",
      afterCompletion: { type: "redirect", returnUrl: "/billing" },
    } as const;
    const session = await c.var.billing.createCustomerPortalSession(c.var.workspace.customerId, { flow });
    return c.redirect(session.url, 303);
  });

  app.post("/billing/checkout", async (c) => {
    const priceId = new URLSearchParams(await c.req.text()).get("price") ?? "";
    const session = await c.var.billing.createCheckoutSession({
      customerId: c.var.workspace.customerId,
      priceId,
      allowPromotionCodes: true,
      successUrl: "/billing?checkout={CHECKOUT_SESSION_ID}",
      cancelUrl: "/billing",
    });
    return c.redirect(session.url, 303);
  });

  app.get("/billing/updates", (c) => streamVersions(c, readModel, c.var.workspace.tenantId));

  app.get("/api/subscriptions/:id", async (c) =>
    c.json(await c.var.billing.getSubscription(c.req.param("id"))),
  );

  app.notFound(answerNotFound);
  app.onError(answerError(log));
  return app;
}

// No form-action: browsers apply it to redirects too, and the forms here redirect to Stripe's pages.
const HEADERS = {
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'self'"],
    scriptSrc: ["'self'"],
    connectSrc: ["'self'"],
    imgSrc: ["data:"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  // With no referrer at all, browsers would send forms with `Origin: null`.
  referrerPolicy: "same-origin",
};
