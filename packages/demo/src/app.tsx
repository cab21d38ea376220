import { Hono } from "hono";
import { csrf } from "hono/csrf";
import { secureHeaders } from "hono/secure-headers";
import { answerError, answerNotFound, type Log } from "./answer-error.js";
import { AuditLog } from "./audit-log/audit-log.js";
import { showAuditLog } from "./audit-log/show-audit-log.js";
import { saveDetails, showDetails } from "./billing-details.js";
import { confirmChange, keepPlan, previewChange } from "./change-plan.js";
import { createOffice, type OfficeParts } from "./office/office.js";
import { InvoicesPage } from "./pages/invoices-page.js";
import { LIVE_SCRIPT } from "./pages/live-script.js";
import { SignInPage } from "./pages/sign-in-page.js";
import { STYLES } from "./pages/styles.js";
import type { ReadModel } from "./read-model.js";
import { Reports } from "./reports/reports.js";
import { makeReport, showReports } from "./reports/use-reports.js";
import type { Sessions } from "./sessions.js";
import { showBilling } from "./show-billing.js";
import { requireSignIn, type SignedIn, signIn, signOut } from "./sign-in.js";
import { addTaxId, removeTaxId } from "./tax-ids.js";
import { streamVersions } from "./updates.js";

export interface AppParts extends OfficeParts {
  readonly readModel: ReadModel;
  readonly sessions: Sessions;
  /** Receives failures that are not the visitor's fault. */
  readonly log: Log;
}

/** Declares every route of the application. */
export function createApp(parts: AppParts): Hono<SignedIn> {
  const { billing, webhooks, readModel, workspaces, sessions, log } = parts;
  const auditLog = new AuditLog();
  const reports = new Reports();
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
  app.post("/sign-in", (c) => signIn(c, { sessions, workspaces, auditLog }));
  app.post("/sign-out", (c) => signOut(c, sessions));

  // With a sign-in of its own: no tenant's session opens it.
  app.route("/office", createOffice(parts));

  const signedIn = requireSignIn({ billing, sessions, workspaces, auditLog });
  for (const path of ["/reports", "/audit-log", "/billing/*", "/api/*"]) app.use(path, signedIn);

  app.get("/reports", (c) => showReports(c, { reports, readModel }));
  app.post("/reports", (c) => makeReport(c, { reports, readModel }));

  app.get("/audit-log", (c) => showAuditLog(c, auditLog));

  app.get("/billing", (c) => showBilling(c, { readModel, workspaces }));
  app.get("/billing/change", previewChange);
  app.post("/billing/change", confirmChange);
  app.post("/billing/change/keep", keepPlan);

  app.get("/billing/details", showDetails);
  app.post("/billing/details", saveDetails);

  app.get("/billing/invoices", async (c) => {
    const { workspace, billing: own } = c.var;
    const invoices = await own.listInvoices(workspace.customerId, { after: c.req.query("after") });
    return c.html(<InvoicesPage workspace={workspace} invoices={invoices} />);
  });

  app.post("/billing/cancel", async (c) => {
    await c.var.billing.cancelSubscription(c.var.workspace.subscriptionId, { when: "period_end" });
    c.var.audit("Canceled the plan");
    return c.redirect("/billing", 303);
  });

  app.post("/billing/keep", async (c) => {
    await c.var.billing.resumeSubscription(c.var.workspace.subscriptionId);
    c.var.audit("Kept the plan");
    return c.redirect("/billing", 303);
  });

  app.post("/billing/portal", async (c) => {
    const session = await c.var.billing.createCustomerPortalSession(c.var.workspace.customerId);
    return c.redirect(session.url, 303);
  });

  // A refused tax id is answered at this address, which a browser may ask for again.
  app.get("/billing/tax-ids", (c) => c.redirect("/billing/details", 303));
  app.post("/billing/tax-ids", addTaxId);
  app.post("/billing/tax-ids/remove", removeTaxId);

  // Leads straight to this task of the portal, and from there back.
  app.post("/billing/payment-method", async (c) => {
    const returnUrl = "/billing";
    const afterCompletion = { type: "redirect", returnUrl } as const;
    const flow = { type: "payment_method_update", afterCompletion } as const;
    const { billing: own, workspace } = c.var;
    const session = await own.createCustomerPortalSession(workspace.customerId, { flow, returnUrl });
    return c.redirect(session.url, 303);
  });

  app.post("/billing/checkout", async (c) => {
    const values = new URLSearchParams(await c.req.text());
    const back = values.get("return") === "/reports" ? "/reports" : "/billing";
    const session = await c.var.billing.createCheckoutSession({
      customerId: c.var.workspace.customerId,
      priceId: values.get("price") ?? "",
      allowPromotionCodes: true,
      successUrl: `${back}?checkout={CHECKOUT_SESSION_ID}`,
      cancelUrl: back,
    });
    return c.redirect(session.url, 303);
  });

  app.get("/billing/updates", (c) => streamVersions(c, readModel.watchers(c.var.workspace.tenantId)));

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
