import type { Subscription } from "@repo/billing";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ReadModel } from "../read-model.js";
import type { SignedIn } from "../sign-in.js";
import { REPORT_METER, REPORTS } from "../tenants.js";
import type { Reports } from "./reports.js";
import { ReportsOfferPage, ReportsPage } from "./reports-page.js";

interface ReportParts {
  readonly reports: Reports;
  readonly readModel: ReadModel;
}

/** Shows the reports and what they cost so far, or the offer to begin. */
export async function showReports(c: Context<SignedIn>, parts: ReportParts): Promise<Response> {
  const { billing, workspace } = c.var;
  const { subscriptions, version } = parts.readModel.get(workspace.tenantId);
  const subscription = findReports(subscriptions);
  if (subscription === undefined) {
    const product = await billing.getProduct(REPORTS.id);
    return c.html(<ReportsOfferPage workspace={workspace} product={product} version={version} />);
  }
  const upcoming = await billing.previewUpcomingInvoice(workspace.customerId, {
    subscriptionId: subscription.id,
  });
  const reports = parts.reports.list(workspace.tenantId);
  return c.html(
    <ReportsPage workspace={workspace} reports={reports} upcoming={upcoming} version={version} />,
  );
}

/** Makes a report and records its use. A form that is sent twice makes and bills one. */
export async function makeReport(c: Context<SignedIn>, parts: ReportParts): Promise<Response> {
  const { billing, workspace, audit } = c.var;
  const { tenantId, customerId, person } = workspace;
  if (findReports(parts.readModel.get(tenantId).subscriptions) === undefined)
    throw new HTTPException(403, { message: "Start with reports first." });
  const values = new URLSearchParams(await c.req.text());
  const [id, title] = [values.get("id") ?? "", values.get("title")?.trim() ?? ""];
  if (!UUID.test(id)) throw new HTTPException(400, { message: "Open the reports page again." });
  if (title === "" || title.length > MAX_TITLE)
    throw new HTTPException(400, { message: `Give the report a title of up to ${MAX_TITLE} characters.` });
  // Before the report is kept: a report that could not be recorded is not given away.
  await billing.reportUsage(customerId, { eventName: REPORT_METER, value: 1, identifier: id });
  if (parts.reports.add(tenantId, { id, title, person, madeAt: new Date() }))
    audit(`Made the report “${title}”`);
  return c.redirect("/reports", 303);
}

/** The subscription that reports are billed with. */
export function findReports(subscriptions: readonly Subscription[]): Subscription | undefined {
  return subscriptions.find(
    ({ endedAt, items }) => endedAt === null && items.some(({ price }) => price.productId === REPORTS.id),
  );
}

export const MAX_TITLE = 80;
const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/;
