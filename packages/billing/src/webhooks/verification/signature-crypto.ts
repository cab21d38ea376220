/** The hash that signatures are made of, by Node's crypto or by WebCrypto. */
import type { webcrypto } from "node:crypto";
import { ConfigurationError } from "../../errors.js";
import { findNodeModule } from "../../node-process.js";
import { encodeUtf8 } from "./utf8.js";

/** Signs as Stripe does: the HMAC-SHA256 of the timestamp, a dot and the body, as 64 digits. */
export type Sign<Signature> = (timestamp: string, body: Uint8Array) => Signature;

/** Makes and compares signatures. `Signature` is a promise where the runtime hashes asynchronously. */
export interface SignatureCrypto<Signature> {
  /** Makes the function that signs with one secret, which it keeps in a closure. */
  readonly signer: (secret: string) => Sign<Signature>;
  /** Compares two signatures in a time that does not tell where they differ. */
  readonly areEqual: (one: string, other: string) => boolean;
}

/** Node's crypto, which hashes at once; `undefined` in a runtime without it. */
export function findNodeCrypto(): SignatureCrypto<string> | undefined {
  const crypto = findNodeModule("node:crypto");
  const buffer = findNodeModule("node:buffer");
  if (crypto === undefined || buffer === undefined) return undefined;
  const toBytes = (digits: string) => buffer.Buffer.from(digits, "latin1");
  return {
    signer: (secret) => (timestamp, body) =>
      // As text: memory for each digest's bytes would take longer to collect than to make.
      crypto.createHmac("sha256", secret).update(`${timestamp}.`).update(body).digest("hex"),
    areEqual: (one, other) => crypto.timingSafeEqual(toBytes(one), toBytes(other)),
  };
}

/**
 * The standard crypto of workers, browsers and Node.
 *
 * @throws {ConfigurationError} when the runtime has none.
 */
export function getWebCrypto(): SignatureCrypto<Promise<string>> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) {
    throw new ConfigurationError(
      "This runtime has neither Node's crypto nor WebCrypto (crypto.subtle), so no webhook can be verified. " +
        "Browsers and some proxies offer WebCrypto only to secure contexts (https).",
    );
  }
  return {
    signer: (secret) => {
      // Keeps the key, not the promise of it: in a worker a promise belongs to the request that made it.
      let key: webcrypto.CryptoKey | undefined;
      return async (timestamp, body) => {
        key ??= await subtle.importKey("raw", toOwnBytes(encodeUtf8(secret)), HMAC, false, ["sign"]);
        return toHex(new Uint8Array(await subtle.sign("HMAC", key, toSignedBytes(timestamp, body))));
      };
    },
    areEqual: isSame,
  };
}

const HMAC = { name: "HMAC", hash: "SHA-256" };

/** The types of WebCrypto refuse memory that another thread may share. */
function toOwnBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

function toSignedBytes(timestamp: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const start = encodeUtf8(`${timestamp}.`);
  const signed = new Uint8Array(start.byteLength + body.byteLength);
  signed.set(start);
  signed.set(body, start.byteLength);
  return signed;
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Looks at every character, whatever the first ones are. */
function isSame(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let at = 0; at < one.length; at += 1) difference |= one.charCodeAt(at) ^ other.charCodeAt(at);
  return difference === 0;
}
