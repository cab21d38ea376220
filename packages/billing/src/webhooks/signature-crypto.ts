/** The hash that signatures are made of, by Node's crypto or by WebCrypto. */
import type { webcrypto } from "node:crypto";
import { ConfigurationError } from "../errors.js";
import { findNodeModule } from "../node-process.js";
import { encodeUtf8 } from "./utf8.js";

/** Signs as Stripe does: the HMAC-SHA256 of the timestamp, a dot and the body, 32 bytes. */
export type Sign<Signature> = (timestamp: string, body: Uint8Array) => Signature;

/** Makes and compares signatures. `Signature` is a promise where the runtime hashes asynchronously. */
export interface SignatureCrypto<Signature> {
  /** Makes the function that signs with one secret, which it keeps in a closure. */
  readonly signer: (secret: string) => Sign<Signature>;
  /** Compares 32 bytes in a time that does not tell where they differ. */
  readonly areEqual: (one: Uint8Array, other: Uint8Array) => boolean;
}

/** Node's crypto, which hashes at once; `undefined` in a runtime without it. */
export function findNodeCrypto(): SignatureCrypto<Uint8Array> | undefined {
  const crypto = findNodeModule("node:crypto");
  if (crypto === undefined) return undefined;
  return {
    signer: (secret) => {
      const key = encodeUtf8(secret);
      return (timestamp, body) =>
        crypto.createHmac("sha256", key).update(`${timestamp}.`).update(body).digest();
    },
    areEqual: (one, other) => crypto.timingSafeEqual(one, other),
  };
}

/**
 * The standard crypto of workers, browsers and Node.
 *
 * @throws {ConfigurationError} when the runtime has none.
 */
export function getWebCrypto(): SignatureCrypto<Promise<Uint8Array>> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) {
    throw new ConfigurationError(
      "This runtime has neither Node's crypto nor WebCrypto (crypto.subtle), so no webhook can be verified. " +
        "Browsers and some proxies offer WebCrypto to secure contexts, https, alone.",
    );
  }
  return {
    signer: (secret) => {
      // Keeps the key, not the promise of it: in a worker a promise belongs to the request that made it.
      let key: webcrypto.CryptoKey | undefined;
      return async (timestamp, body) => {
        key ??= await subtle.importKey("raw", toOwnBytes(encodeUtf8(secret)), HMAC, false, ["sign"]);
        return new Uint8Array(await subtle.sign("HMAC", key, toSignedBytes(timestamp, body)));
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

/** Looks at every byte, whatever the first ones are. */
function isSame(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.byteLength ^ other.byteLength;
  for (const [at, byte] of one.entries()) difference |= byte ^ (other[at] ?? 0);
  return difference === 0;
}
