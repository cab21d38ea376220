import type { Wire } from "../store/records.js";
import { ApiError, invalid } from "./api-error.js";
import type { Param } from "./params.js";

/** The newest version that is spoken, and the one of a request that names none. */
export const LATEST_VERSION = "2026-10-28.endive";

const VERSION = /^\d{4}-\d{2}-\d{2}(\.[a-z]+)?$/;

/** The version a request asks for, in the header `Stripe-Version`. */
export function requestedVersion(header: string | undefined): string {
  if (header === undefined || header === "") return LATEST_VERSION;
  if (VERSION.test(header)) return header;
  throw new ApiError(400, `Invalid Stripe API version: ${header}`);
}

export function apiVersion(): Param<string> {
  return {
    read: (value, name) => {
      if (typeof value === "string" && VERSION.test(value)) return value;
      throw invalid(`Invalid API version: ${typeof value === "string" ? value : "a hash"}`, name);
    },
  };
}

/** Versions begin with their date, so that text order is time order. */
export function isBefore(version: string, date: string): boolean {
  return version.slice(0, 10) < date;
}

/** The same answer as an older version writes it. */
export function inVersion(body: Wire, _version: string): Wire {
  return body;
}
