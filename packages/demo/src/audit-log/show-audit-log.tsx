import type { Context } from "hono";
import { listPlans } from "../list-plans.js";
import type { SignedIn } from "../sign-in.js";
import { AUDIT_LOG } from "../tenants.js";
import type { AuditLog } from "./audit-log.js";
import { AuditLogPage, LockedPage } from "./audit-log-page.js";

/** Opens to whoever's plan has the feature; others see which of their plans have it. */
export async function showAuditLog(c: Context<SignedIn>, auditLog: AuditLog): Promise<Response> {
  const { billing, workspace } = c.var;
  if (await billing.hasEntitlement(workspace.customerId, AUDIT_LOG.lookupKey))
    return c.html(<AuditLogPage workspace={workspace} entries={auditLog.list(workspace.tenantId)} />);
  const plans = (await listPlans(billing)).filter(({ rawMetadata }) =>
    (rawMetadata["grants"] ?? "").split(" ").includes(AUDIT_LOG.lookupKey),
  );
  return c.html(<LockedPage workspace={workspace} plans={plans} />);
}
