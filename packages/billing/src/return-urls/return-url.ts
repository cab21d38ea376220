/**
 * The one guard for every URL that Stripe will send a person's browser to: return, success, cancel and completion URLs.
 *
 * An origin is compared after parsing, never by prefix or pattern. On top of that a URL must be spelled plainly, because
 * parsers disagree about the other spellings, and ours is not the one that follows the link.
 */
import { ConfigurationError, ReturnUrlNotAllowedError } from "../errors.js";

/** Where a tenant's browsers may be sent. */
export interface ReturnUrlPolicy {
  /** Origins as {@link parseOrigin} returns them. Scheme, host and port must all match; there are no wildcards. */
  readonly allowedOrigins: readonly string[];
  /** The origin that a path such as "/billing" belongs to. Without it, only absolute URLs are accepted. */
  readonly base?: string | undefined;
}

/**
 * Returns the URL to hand to Stripe: the allowed origin in its canonical spelling, and path, query and fragment exactly
 * as they were given, so that Stripe's `{CHECKOUT_SESSION_ID}` survives. What it returns it accepts again, unchanged.
 *
 * @param parameter names the argument in the error's message, which repeats nothing of the URL but its origin.
 * @throws ReturnUrlNotAllowedError for anything that is not a plainly spelled URL on one of the allowed origins: https,
 *   or http where a loopback origin is listed; ASCII, the rest percent-encoded; at most 2048 characters.
 * @throws ConfigurationError when a path has to be resolved and `base` is not an origin.
 */
export function allowReturnUrl(input: unknown, policy: ReturnUrlPolicy, parameter = "returnUrl"): string {
  const refuse = (problem: string): never => {
    throw new ReturnUrlNotAllowedError(`${parameter} ${problem}.`);
  };
  // guard: a return URL is a text
  if (typeof input !== "string") return refuse("must be a string");
  let text = input;
  if (input.startsWith("/")) {
    if (policy.base === undefined) return refuse("is a path, and there is no base to resolve it against");
    text = parseOrigin(policy.base) + input;
  }
  // guard: a return URL is bounded
  if (text.length > MAX_LENGTH) return refuse(`must have at most ${MAX_LENGTH} characters`);
  // guard: a return URL holds no forbidden character
  if (FORBIDDEN_CHARACTER.test(text))
    return refuse("holds a control character or one that must be percent-encoded");

  const url = parseWebUrl(text);
  if (url === undefined)
    return refuse("must be an absolute https URL with a plainly spelled host and no credentials");
  // guard: a return URL is on an allowed origin
  if (!policy.allowedOrigins.includes(url.origin))
    return refuse(
      `is not on an allowed origin: ${url.origin}. To allow it, add this origin to portal.allowedReturnOrigins`,
    );
  // guard: a return URL is https but for loopback
  if (!isSecure(url)) return refuse(`must use https: ${url.origin}`);
  // An application that passes the path on as a redirect would send the browser to another host.
  // guard: a return URL's path begins with one slash
  if (SECOND_SLASH.test(url.path)) return refuse("must not have a path that begins with two slashes");
  return url.origin + url.rest;
}

/**
 * Returns an origin of a tenant's configuration in its canonical spelling: "HTTPS://App.example.com:443/" becomes
 * "https://app.example.com".
 *
 * @throws ConfigurationError unless it is `https://host` or `https://host:port`, or the same with http for a loopback
 *   host; an international host in its ASCII form, `xn--…`.
 */
export function parseOrigin(origin: string): string {
  const url = parseWebUrl(origin);
  // guard (operand 2): an allowed origin has no path
  if (url === undefined || (url.rest !== "" && url.rest !== "/")) {
    throw new ConfigurationError(
      'An allowed origin must be a scheme, an ASCII host and perhaps a port, such as "https://app.example.com", without wildcards.',
    );
  }
  // guard: an allowed origin is https but for loopback
  if (!isSecure(url)) throw new ConfigurationError(`An allowed origin must use https: ${url.origin}.`);
  return url.origin;
}

const MAX_LENGTH = 2048;

/** What RFC 3986 wants encoded, but for the braces of Stripe's template, and control characters even when encoded. */
const FORBIDDEN_CHARACTER = /[^!-~]|["<>\\^`|]|%(?:[01][\da-f]|7f)/i;

const SECOND_SLASH = /^\/(?:\/|%2f|%5c)/i;

interface WebUrl {
  readonly origin: string;
  readonly hostname: string;
  readonly path: string;
  /** Path, query and fragment as they were written. */
  readonly rest: string;
}

/**
 * Reads only `scheme://host:port` spelled in full. The URL parser alone would mend missing slashes, skip credentials,
 * and turn numbers and percent-encoding into other hosts.
 */
function parseWebUrl(text: string): WebUrl | undefined {
  const [, host, rest] = /^https?:\/\/([\w.-]+|\[[\da-f:]+\])(?::[1-9]\d*)?((?:[/?#].*)?)$/i.exec(text) ?? [];
  if (host === undefined || rest === undefined || !URL.canParse(text)) return undefined;
  const { origin, hostname, pathname } = new URL(text);
  // guard: a return URL's host is spelled plainly
  // guard (operand 2): a return URL's host has no dot at its end
  if (hostname !== host.toLowerCase() || hostname.endsWith(".")) return undefined;
  return { origin, hostname, path: pathname, rest };
}

function isSecure({ origin, hostname }: WebUrl): boolean {
  return origin.startsWith("https:") || isLoopback(hostname);
}

function isLoopback(hostname: string): boolean {
  // guard (pattern /^127\./): loopback is only this machine
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d+){3}$/.test(hostname);
}
