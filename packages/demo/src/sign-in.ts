import type { StripeBillingService } from "@repo/billing";
import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { HTTPException } from "hono/http-exception";
import type { AuditLog } from "./audit-log/audit-log.js";
import type { Sessions } from "./sessions.js";
import type { Workspace, Workspaces } from "./workspaces.js";

/** The variables of routes behind the sign-in. */
export interface SignedIn {
  readonly Variables: {
    readonly workspace: Workspace;
    /** Bound to the tenant of the session. */
    readonly billing: StripeBillingService;
    /** Notes in the tenant's audit log what the visitor did. */
    readonly audit: (deed: string) => void;
  };
}

interface SignInParts {
  readonly billing: StripeBillingService;
  readonly auditLog: AuditLog;
  readonly sessions: Sessions;
  readonly workspaces: Workspaces;
}

/** Takes the tenant from the session alone: no path, query, header or form can name it. */
export function requireSignIn({
  billing,
  sessions,
  workspaces,
  auditLog,
}: SignInParts): MiddlewareHandler<SignedIn> {
  return async (c, next) => {
    const tenantId = sessions.find(getCookie(c, COOKIE) ?? "");
    if (tenantId === undefined) {
      if (PAGES.has(c.req.path)) return c.redirect("/", 303);
      throw new HTTPException(401, { message: "Sign in first." });
    }
    const workspace = workspaces.get(tenantId);
    c.set("workspace", workspace);
    c.set("audit", (deed) => auditLog.note(tenantId, { person: workspace.person, deed }));
    c.set("billing", billing.forTenant(tenantId));
    return next();
  };
}

/** Signs in by a choice instead of a password: your own sign-in goes here. */
export async function signIn(
  c: Context,
  { sessions, workspaces, auditLog }: Omit<SignInParts, "billing">,
): Promise<Response> {
  const { tenant } = await c.req.parseBody();
  const workspace = typeof tenant === "string" ? workspaces.find(tenant) : undefined;
  if (workspace === undefined) throw new HTTPException(400, { message: "Choose one of the workspaces." });
  sessions.end(getCookie(c, COOKIE) ?? "");
  auditLog.note(workspace.tenantId, { person: workspace.person, deed: "Signed in" });
  // This demo is served over http on this machine; add `secure: true` when you serve over https.
  setCookie(c, COOKIE, sessions.begin(workspace.tenantId), { httpOnly: true, sameSite: "Lax", path: "/" });
  return c.redirect("/billing", 303);
}

export function signOut(c: Context, sessions: Sessions): Response {
  sessions.end(getCookie(c, COOKIE) ?? "");
  deleteCookie(c, COOKIE, { path: "/" });
  return c.redirect("/", 303);
}

const COOKIE = "session";
/** Lead to the sign-in; other addresses are answered with an error. */
const PAGES: ReadonlySet<string> = new Set([
  "/billing",
  "/billing/change",
  "/billing/details",
  "/billing/invoices",
  "/billing/tax-ids",
  "/reports",
  "/audit-log",
]);
