import { findNodeModule } from "../../node-process.js";

/** Half of a surrogate pair becomes U+FFFD, as in every encoder. */
export function encodeUtf8(text: string): Uint8Array {
  return findNodeModule("node:buffer")?.Buffer.from(text, "utf8") ?? new TextEncoder().encode(text);
}

/** Decodes strictly, and keeps a byte-order mark; `undefined` when the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  const buffer = findNodeModule("node:buffer");
  if (buffer === undefined) return decodeAnywhere(bytes);
  const view = buffer.Buffer.isBuffer(bytes)
    ? bytes
    : buffer.Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Decodes ASCII several times faster, with an equal result; most events are ASCII.
  if (buffer.isAscii(view)) return view.toString("latin1");
  return buffer.isUtf8(view) ? view.toString("utf8") : undefined;
}

function decodeAnywhere(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
