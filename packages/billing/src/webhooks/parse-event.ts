import { type Buffer, isAscii, isUtf8 } from "node:buffer";
import type Stripe from "stripe";
import { WebhookPayloadError } from "../errors.js";

const MAX_DEPTH = 64;
// Narrow alphabets, so that ids and types are safe to log, store and compare.
const EVENT_ID = /^[A-Za-z0-9_-]{1,128}$/;
const EVENT_TYPE = /^[A-Za-z0-9_.]{1,128}$/;
const ACCOUNT_ID = /^acct_[A-Za-z0-9_]{1,64}$/;

/**
 * Reads an event from bytes whose signature was verified. Keys such as `__proto__` stay own properties, as `JSON.parse`
 * makes them. A repeated key means its last value; nothing parses the bytes again and could read it differently.
 *
 * @throws {WebhookPayloadError} unless the bytes are UTF-8 JSON of a snapshot event. The error quotes nothing of them.
 */
export function parseEvent(bytes: Buffer): Stripe.Event {
  const event = parseJson(bytes);
  assertEvent(event);
  return event;
}

function parseJson(bytes: Buffer): unknown {
  const text = decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's error quotes the body, so it is not kept as the cause.
    throw new WebhookPayloadError("The webhook body is not JSON.");
  }
  if (isObject(value) && !nestsWithin(value, MAX_DEPTH)) {
    throw new WebhookPayloadError(`The webhook body nests deeper than ${MAX_DEPTH} levels.`);
  }
  return value;
}

function decode(bytes: Buffer): string {
  // Decodes ASCII faster, with an equal result; most events are ASCII.
  if (isAscii(bytes)) return bytes.toString("latin1");
  // A lenient decoder could turn other bytes into the text that was signed.
  if (!isUtf8(bytes)) throw new WebhookPayloadError("The webhook body is not valid UTF-8.");
  return bytes.toString("utf8");
}

function nestsWithin(value: object, levels: number): boolean {
  if (levels === 0) return false;
  if (Array.isArray(value)) {
    for (const child of value) {
      if (isObject(child) && !nestsWithin(child, levels - 1)) return false;
    }
    return true;
  }
  for (const key in value) {
    const child: unknown = value[key as keyof typeof value]; // JSON has own keys only
    if (isObject(child) && !nestsWithin(child, levels - 1)) return false;
  }
  return true;
}

function assertEvent(value: unknown): asserts value is Stripe.Event {
  if (!isRecord(value)) throw notAnEvent("is not an object");
  if (value["object"] === "v2.core.event") {
    throw new WebhookPayloadError(
      "The webhook is a thin event, which carries no object. Send snapshot events to this endpoint: " +
        "create a webhook endpoint or event destination with the snapshot payload style.",
    );
  }
  if (value["object"] !== "event") throw notAnEvent('is not an "event"');
  if (!matches(value["id"], EVENT_ID)) throw notAnEvent("has no valid id");
  if (!matches(value["type"], EVENT_TYPE)) throw notAnEvent("has no valid type");
  if (!Number.isSafeInteger(value["created"])) throw notAnEvent("has no valid creation time");
  if (typeof value["livemode"] !== "boolean") throw notAnEvent("has no boolean livemode");
  const account = value["account"] ?? undefined;
  if (account !== undefined && !matches(account, ACCOUNT_ID)) throw notAnEvent("has no valid account");
  const data = value["data"];
  if (!isRecord(data) || !isRecord(data["object"])) throw notAnEvent("carries no object");
}

function notAnEvent(why: string): WebhookPayloadError {
  return new WebhookPayloadError(`The webhook body is not a Stripe event: it ${why}.`);
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === "string" && pattern.test(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && !Array.isArray(value);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
