import { randomText } from "../ids.js";
import { ApiError } from "./api-error.js";

/** What a key opens. */
export interface Key {
  readonly value: string;
  readonly livemode: boolean;
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

  constructor(options: KeyOptions) {
    this.test = checked(options.secretKey ?? `sk_test_${randomText(99)}`, "sk_test_");
    this.live = checked(options.liveSecretKey ?? `sk_live_${randomText(99)}`, "sk_live_");
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
    throw unauthorized(`Invalid API Key provided: ${redacted(value)}`);
  }
}

/** All of a key but its kind and its last four characters is stars. */
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

function checked(key: string, prefix: string): string {
  if (!new RegExp(`^${prefix}[A-Za-z0-9]{8,}$`).test(key)) {
    throw new TypeError(`a key must be ${prefix} and at least eight letters or digits`);
  }
  return key;
}
