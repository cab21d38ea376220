import type { StripeBillingService } from "@repo/billing";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { toPortalSpec } from "../portal-branding.js";
import type { Workspace, Workspaces } from "../workspaces.js";
import { BrandingPage } from "./branding-page.js";
import type { AsOperator } from "./operator-sign-in.js";

interface BrandingParts {
  readonly billing: StripeBillingService;
  readonly workspaces: Workspaces;
}

export function showBranding(
  c: Context<AsOperator>,
  { workspaces }: BrandingParts,
): Response | Promise<Response> {
  const workspace = findWorkspace(c, workspaces);
  const isSaved = c.req.query("saved") !== undefined;
  return c.html(<BrandingPage operator={c.var.name} workspace={workspace} isSaved={isSaved} />);
}

/** Keeps the tenant's portal as code, once Stripe has taken it. */
export async function saveBranding(c: Context<AsOperator>, parts: BrandingParts): Promise<Response> {
  const workspace = findWorkspace(c, parts.workspaces);
  const values = new URLSearchParams(await c.req.text());
  const read = (name: string): string | undefined => values.get(name)?.trim() || undefined;
  const changed = {
    ...workspace,
    branding: {
      headline: read("headline") ?? `Billing for ${workspace.name}`,
      privacyPolicyUrl: read("privacy"),
      termsOfServiceUrl: read("terms"),
      canCancel: values.has("cancel"),
      canChangePlan: values.has("change"),
    },
  };
  await parts.billing.forTenant(workspace.tenantId).ensurePortalConfiguration(toPortalSpec(changed));
  parts.workspaces.save(changed);
  return c.redirect(`/office/tenants/${encodeURIComponent(workspace.tenantId)}/portal?saved`, 303);
}

function findWorkspace(c: Context<AsOperator>, workspaces: Workspaces): Workspace {
  const workspace = workspaces.find(c.req.param("tenantId") ?? "");
  if (workspace === undefined) throw new HTTPException(404, { message: "There is no such tenant." });
  return workspace;
}
