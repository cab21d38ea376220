import type { OfferedProduct } from "@repo/billing";
import type { PortalBranding } from "./portal-branding.js";

/** A tenant as the application knows it: what its own database holds. */
export interface Workspace {
  readonly tenantId: string;
  readonly name: string;
  readonly person: string;
  readonly customerId: string;
  readonly subscriptionId: string;
  /** Its own plans, which it may change to in the portal. */
  readonly plans: readonly OfferedProduct[];
  readonly branding: PortalBranding;
}

export class Workspaces {
  readonly #byTenant = new Map<string, Workspace>();

  /** Adds it, or puts it in the place of the one with the same tenant. */
  save(workspace: Workspace): void {
    this.#byTenant.set(workspace.tenantId, workspace);
  }

  list(): readonly Workspace[] {
    return [...this.#byTenant.values()];
  }

  find(tenantId: string): Workspace | undefined {
    return this.#byTenant.get(tenantId);
  }

  /** @throws Error when there is none. */
  get(tenantId: string): Workspace {
    const workspace = this.find(tenantId);
    if (workspace === undefined) throw new Error(`There is no workspace ${tenantId}.`);
    return workspace;
  }

  /** Finds another tenant's workspace, to show that it is out of reach. */
  findOther(own: Workspace): Workspace {
    const other = this.list().find(({ tenantId }) => tenantId !== own.tenantId);
    if (other === undefined) throw new Error("There is only one workspace.");
    return other;
  }
}
