import { randomBytes } from "node:crypto";

const LIFETIME_MS = 8 * 60 * 60 * 1000;

/** Keeps the signed-in sessions. The browser holds only a random id, so that ending a session really ends it. */
export class Sessions {
  readonly #byId = new Map<string, { readonly subject: string; readonly expiresAt: number }>();

  /** Begins the session of a tenant or an operator and returns its id, for an HttpOnly cookie. */
  begin(subject: string): string {
    this.#forgetExpired();
    const id = randomBytes(32).toString("base64url");
    this.#byId.set(id, { subject, expiresAt: Date.now() + LIFETIME_MS });
    return id;
  }

  find(id: string): string | undefined {
    const session = this.#byId.get(id);
    return session !== undefined && session.expiresAt > Date.now() ? session.subject : undefined;
  }

  end(id: string): void {
    this.#byId.delete(id);
  }

  #forgetExpired(): void {
    for (const [id, { expiresAt }] of this.#byId) if (expiresAt <= Date.now()) this.#byId.delete(id);
  }
}
