import type { StripeBillingService } from "@repo/billing";
import { Hono } from "hono";
import { streamVersions } from "../updates.js";
import type { Workspaces } from "../workspaces.js";
import { saveBranding, showBranding } from "./branding.js";
import { type AsOperator, OperatorSignIn } from "./operator-sign-in.js";
import { archiveSharedPlan, changeSharedPrice, makeSharedPlan, showSharedPlans } from "./shared-plans.js";
import { showTenants } from "./tenants.js";
import { chooseTrouble, findLostEvents, showWebhooks, type WebhookParts } from "./webhooks.js";

export interface OfficeParts extends WebhookParts {
  readonly billing: StripeBillingService;
  readonly workspaces: Workspaces;
  /** Of whoever operates the application. */
  readonly password: string;
}

/** Declares the routes of the back office, below `/office`. */
export function createOffice(parts: OfficeParts): Hono<AsOperator> {
  const office = new Hono<AsOperator>();
  const signIn = new OperatorSignIn(parts);

  office.get("/sign-in", (c) => signIn.show(c));
  office.post("/sign-in", (c) => signIn.begin(c));
  office.post("/sign-out", (c) => signIn.end(c));

  office.use(signIn.require);

  office.get("/", (c) => showTenants(c, parts));
  office.get("/tenants/:tenantId/portal", (c) => showBranding(c, parts));
  office.post("/tenants/:tenantId/portal", (c) => saveBranding(c, parts));

  office.get("/plans", showSharedPlans);
  office.post("/plans", makeSharedPlan);
  office.post("/plans/price", changeSharedPrice);
  office.post("/plans/archive", archiveSharedPlan);

  office.get("/webhooks", (c) => showWebhooks(c, parts));
  office.post("/webhooks/trouble", (c) => chooseTrouble(c, parts));
  office.post("/webhooks/lost", (c) => findLostEvents(c, parts));
  office.get("/updates", (c) => streamVersions(c, parts.changes));

  return office;
}
