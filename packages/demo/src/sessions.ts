import { randomBytes } from "node:crypto";

const LIFETIME_MS = 8 * 60 * 60 * 1000;

/** Who is signed in. The browser holds a random id and nothing else, so that ending a session really ends it. */
export class Sessions {
  readonly #byId = new Map<string, { readonly tenantId: string; readonly expiresAt: number }>();

  /** Begins a session; the answer is its id, for an HttpOnly cookie. */
  begin(tenantId: string): string {
    this.#forgetExpired();
    const id = randomBytes(32).toString("base64url");
    this.#byId.set(id, { tenantId, expiresAt: Date.now() + LIFETIME_MS });
    return id;
  }

  tenantOf(id: string): string | undefined {
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
