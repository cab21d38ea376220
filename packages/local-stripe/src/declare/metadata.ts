import type Stripe from "stripe";
import { invalid } from "../api-error.js";
import { type Param, short } from "./params.js";

/** Pairs to merge into what an object has: an empty value takes its key away, and `null` takes all away. */
export type MetadataChange = Stripe.Metadata | null;

export function metadata(): Param<MetadataChange> {
  return {
    read: (value, name) => {
      if (value === "") return null;
      if (typeof value === "string") throw invalid("Invalid object", name);
      const change: Stripe.Metadata = {};
      for (const [key, one] of Object.entries(value)) {
        if (typeof one !== "string") {
          throw invalid(
            `Metadata values must be strings, but for key ${short(key)} you passed in a hash or a list.`,
            name,
          );
        }
        if (/[[\]]/.test(key)) {
          throw invalid(`Metadata keys cannot contain square brackets. Invalid key: ${short(key)}`, name);
        }
        if (key.length > 40) {
          throw invalid(
            `Metadata keys can have up to 40 characters, but you passed in a key that is ${key.length} characters. Invalid key: ${short(key)}`,
            name,
          );
        }
        if (one.length > 500) {
          throw invalid(
            `Metadata values can have up to 500 characters, but you passed in a value that is ${one.length} characters. Invalid value: ${short(one)}`,
            `${name}[${key}]`,
          );
        }
        Object.defineProperty(change, key, {
          value: one,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
      return change;
    },
  };
}

/** Merges a change key by key; the result holds at most fifty. */
export function mergeMetadata(
  present: Stripe.Metadata | null | undefined,
  change: MetadataChange | undefined,
): Stripe.Metadata {
  if (change === undefined) return present ?? {};
  if (change === null) return {};
  const merged = new Map(Object.entries(present ?? {}));
  for (const [key, value] of Object.entries(change)) {
    if (value === "") merged.delete(key);
    else merged.set(key, value);
  }
  if (merged.size > 50) {
    throw invalid(
      `Metadata can have up to 50 keys, but this request would leave the object with ${merged.size}.`,
      "metadata",
    );
  }
  return Object.fromEntries(merged);
}
