import { WebhookPayloadError } from "../../errors.js";
import type { WebhookEvent } from "../events.js";
import { decodeUtf8 } from "./utf8.js";

const MAX_DEPTH = 64;
// Narrow alphabets, so that ids and types are safe to log, store and compare.
const EVENT_ID = /^[A-Za-z0-9_-]{1,128}$/;
const EVENT_TYPE = /^[A-Za-z0-9_.]{1,128}$/;
const OBJECT_ID = /^[^\s/\\?#]{1,255}$/;
const CREATED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
// An organization's context ends in the account that the event happened on.
const CONTEXT = /^(?:[A-Za-z0-9_]{1,64}\/){0,4}acct_[A-Za-z0-9_]{1,64}$/;
const ACCOUNT_ID = /^acct_[A-Za-z0-9_]{1,64}$/;

/**
 * Reads an event from bytes whose signature was verified. Keys such as `__proto__` stay own properties, as `JSON.parse`
 * makes them. A repeated key means its last value; nothing parses the bytes again and could read it differently.
 *
 * @throws {WebhookPayloadError} unless the bytes are UTF-8 JSON of a snapshot or thin event. The error quotes nothing of them.
 */
export function parseEvent(bytes: Uint8Array): ParsedEvent {
  const body = decodeUtf8(bytes);
  // A lenient decoder could turn other bytes into the text that was signed.
  if (body === undefined) throw new WebhookPayloadError("The webhook body is not valid UTF-8.");
  return { event: parseEventBody(body), body };
}

/** An event beside the text it was parsed from, which a store can keep without loss. */
export interface ParsedEvent {
  readonly event: WebhookEvent;
  readonly body: string;
}

/** Parses a body that was verified before, such as one from a store. @throws {WebhookPayloadError} */
export function parseEventBody(body: string): WebhookEvent {
  const event = parseJson(body);
  assertEvent(event);
  return event;
}

function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's error quotes the body, so it is not kept as the cause.
    throw new WebhookPayloadError("The webhook body is not JSON.");
  }
  if (isObject(value) && !opensAtMost(text, MAX_DEPTH) && !nestsWithin(value, MAX_DEPTH)) {
    throw new WebhookPayloadError(`The webhook body nests deeper than ${MAX_DEPTH} levels.`);
  }
  return value;
}

/** Tells if a text has so few opening brackets that it cannot nest deeper, as most events: then it need not be walked. */
function opensAtMost(text: string, most: number): boolean {
  let opened = 0;
  for (const bracket of ["{", "["]) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      opened += 1;
      if (opened > most) return false;
    }
  }
  return true;
}

/** Walks lists by index and asks for types in place, since it runs over every event: else it takes several times as long. */
function nestsWithin(value: object, levels: number): boolean {
  if (levels === 0) return false;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) {
      const child: unknown = value[at];
      if (typeof child === "object" && child !== null && !nestsWithin(child, levels - 1)) return false;
    }
    return true;
  }
  for (const key in value) {
    const child: unknown = value[key as keyof typeof value]; // JSON has own keys only
    if (typeof child === "object" && child !== null && !nestsWithin(child, levels - 1)) return false;
  }
  return true;
}

function assertEvent(value: unknown): asserts value is WebhookEvent {
  if (!isRecord(value)) throw notAnEvent("is not an object");
  const isThin = value["object"] === "v2.core.event";
  if (!isThin && value["object"] !== "event") throw notAnEvent('is not an "event" or "v2.core.event"');
  if (!matches(value["id"], EVENT_ID)) throw notAnEvent("has no valid id");
  if (!matches(value["type"], EVENT_TYPE)) throw notAnEvent("has no valid type");
  if (typeof value["livemode"] !== "boolean") throw notAnEvent("has no boolean livemode");
  if (isThin) assertThin(value);
  else assertSnapshot(value);
}

function assertSnapshot(value: Readonly<Record<string, unknown>>): void {
  if (!Number.isSafeInteger(value["created"])) throw notAnEvent("has no valid creation time");
  const account = value["account"] ?? undefined;
  if (account !== undefined && !matches(account, ACCOUNT_ID)) throw notAnEvent("has no valid account");
  const data = value["data"];
  if (!isRecord(data) || !isRecord(data["object"])) throw notAnEvent("carries no object");
}

function assertThin(value: Readonly<Record<string, unknown>>): void {
  if (!matches(value["created"], CREATED)) throw notAnEvent("has no valid creation time");
  const [context, twin, object] = [value["context"], value["snapshot_event"], value["related_object"]];
  if (!isAbsent(context) && !matches(context, CONTEXT)) throw notAnEvent("has no valid context");
  if (!isAbsent(twin) && !matches(twin, EVENT_ID)) throw notAnEvent("has no valid snapshot_event");
  if (isAbsent(object)) return;
  if (!isRecord(object)) throw notAnEvent("has no valid related object");
  if (!matches(object["id"], OBJECT_ID)) throw notAnEvent("has no valid related object");
  if (!matches(object["type"], EVENT_TYPE)) throw notAnEvent("has no valid related object");
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
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
