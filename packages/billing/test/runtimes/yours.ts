/** The modules that the documentation leaves to the application. */

export const SESSION = `
export interface Session {
  readonly tenantId: string;
  readonly customerId: string;
}

export function findSession(cookieHeader: string | undefined): Session | undefined {
  const name = /(?:^|; )session=(\\w+)/.exec(cookieHeader ?? "")?.[1] ?? "";
  return JSON.parse(process.env["SESSIONS"] ?? "{}")[name];
}
`;

/** The session of a worker, whose environment is not the process's. */
export const WORKER_SESSION = `
import { env } from "cloudflare:workers";
${SESSION.replace('process.env["SESSIONS"]', "env.SESSIONS")}`;

export const DATABASE = `
import { memoryInbox } from "@repo/billing/webhooks";

export const inbox = memoryInbox();
export const plans = { async save(_tenantId: string, _status: string, _idempotencyKey: string): Promise<void> {} };
`;

/** A program that attacks one tenant in the name of another, both of them in its argument. */
export const ISOLATION = `
import { checkTenantIsolation } from "@repo/billing/testing";
import { billing } from "./billing.js";

const tenants = JSON.parse(process.argv[2] ?? "{}");
console.log(JSON.stringify(await checkTenantIsolation({ billing, ...tenants, attackWrites: true })));
`;

/** The check within a worker, which is told of the tenants by a request. */
export const WORKER_ISOLATION = `
import { checkTenantIsolation } from "@repo/billing/testing";
import { billing } from "./billing.js";

export default {
  async fetch(request: Request): Promise<Response> {
    const tenants = await request.json();
    return Response.json(await checkTenantIsolation({ billing, ...tenants, attackWrites: true }));
  },
};
`;
