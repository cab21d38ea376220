import { ApiError } from "../api-error.js";
import { randomText } from "../ids.js";

/** An API key and its rights. */
export interface Key {
  readonly value: string;
  readonly livemode: boolean;
  /** The permissions of a restricted key, such as `customer_read`. A secret key has all of them. */
  readonly permissions?: ReadonlySet<string>;
}

export interface KeyOptions {
  /** `sk_test_…`; made up when left out. */
  readonly secretKey?: string | undefined;
  /** `sk_live_…`; made up when left out. */
  readonly liveSecretKey?: string | undefined;
}

/** The keys of one server: one for each mode. */
export class Keys {
  readonly test: string;
  readonly live: string;
  readonly #restricted = new Map<string, Key>();

  constructor(options: KeyOptions) {
    this.test = options.secretKey ?? `sk_test_${randomText(99)}`;
    this.live = options.liveSecretKey ?? `sk_live_${randomText(99)}`;
  }

  /** Makes a key with only these permissions. Writing includes reading. */
  restricted(permissions: readonly string[], livemode: boolean): string {
    const value = `rk_${livemode ? "live" : "test"}_${randomText(99)}`;
    const readable = permissions.map((permission) => permission.replace(/_write$/, "_read"));
    this.#restricted.set(value, { value, livemode, permissions: new Set([...permissions, ...readable]) });
    return value;
  }

  /** Finds the key in the header `Authorization`, as Basic with the key for a user or as Bearer. */
  authenticate(authorization: string | undefined): Key {
    const value = keyIn(authorization);
    if (value === undefined || value === "") {
      throw unauthorized(
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
      );
    }
    if (value === this.test) return { value, livemode: false };
    if (value === this.live) return { value, livemode: true };
    const restricted = this.#restricted.get(value);
    if (restricted !== undefined) return restricted;
    throw unauthorized(`Invalid API Key provided: ${redacted(value)}`);
  }
}

/** Refuses a restricted key that lacks the permission, and names it. */
export function demandPermission(key: Key, permission: string, account: string): void {
  if (key.permissions === undefined || key.permissions.has(permission)) return;
  throw new ApiError(
    403,
    `The provided key '${redacted(key.value)}' does not have the required permissions for this endpoint on account '${account}'. Having the 'rak_${permission}' permission would allow this request to continue.`,
  );
}

/** Masks a key except for its kind and its last four characters. */
export function redacted(key: string): string {
  const kind = /^[a-z]+_(test|live)_/.exec(key)?.[0] ?? "";
  const end = key.slice(Math.max(kind.length, key.length - 4));
  return `${kind}${"*".repeat(Math.max(4, key.length - kind.length - end.length))}${end}`;
}

function keyIn(authorization: string | undefined): string | undefined {
  const [, scheme, credentials] = /^(\S+)\s+(.*)$/.exec(authorization ?? "") ?? [];
  if (scheme?.toLowerCase() === "bearer") return credentials?.trim();
  if (scheme?.toLowerCase() !== "basic" || credentials === undefined) return undefined;
  return Buffer.from(credentials, "base64").toString().split(":")[0];
}

function unauthorized(message: string): ApiError {
  return new ApiError(401, message, { headers: { "WWW-Authenticate": 'Basic realm="Stripe"' } });
}
