import { randomBytes } from "node:crypto";

const LIFETIME_MS = 8 * 60 * 60 * 1000;

/** Keeps the signed-in sessions. The browser holds only a random id, so that ending a session really ends it. */
export class Sessions {
  readonly #byId = new Map<string, { readonly tenantId: string; readonly expiresAt: number }>();

  /** Begins a session and returns its id, for an HttpOnly cookie. */
  begin(tenantId: string): string {
    this.#forgetExpired();
    const id = randomBytes(32).toString("base64url");
    this.#byId.set(id, { tenantId, expiresAt: Date.now() + LIFETIME_MS });
    return id;
  }

  findTenant(id: string): string | undefined {
    const session = this.#byId.get(id);
    return session !== undefined && session.expiresAt > Date.now() ? session.tenantId : undefined;
  }

  end(id: string): void {
    this.#byId.delete(id);
  }

  #forgetExpired(): void {
    for (const [id, { expiresAt }] of this.#byId) if (expiresAt <= Date.now()) this.#byId.delete(id);
  }
}
