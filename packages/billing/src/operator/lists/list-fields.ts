import * as z from "zod/mini";
import { InvalidArgumentError } from "../../errors.js";
import type { ListOptions } from "../../stripe/page.js";

/** Limits an operator's list to objects created in a span of time. */
export interface CreatedOptions {
  /** Lists only objects created at this time or later. */
  readonly createdFrom?: Date | undefined;
  /** Lists only objects created before this time. */
  readonly createdBefore?: Date | undefined;
}

interface CreatedFields {
  readonly createdFrom: z.ZodMiniOptional<z.ZodMiniCustom<Date, Date>>;
  readonly createdBefore: z.ZodMiniOptional<z.ZodMiniCustom<Date, Date>>;
}

/** For {@link CreatedOptions}. */
export function createdFields(): CreatedFields {
  return {
    createdFrom: z.optional(dateField("createdFrom")),
    createdBefore: z.optional(dateField("createdBefore")),
  };
}

export function dateField(name: string): z.ZodMiniCustom<Date, Date> {
  return z.custom<Date>(
    (value) => value instanceof Date && !Number.isNaN(value.getTime()),
    `${name} must be a valid Date.`,
  );
}

/** Stripe's filter for a span of time, in whole seconds. @throws InvalidArgumentError for a span that ends before it begins. */
export function toCreatedParam({ createdFrom, createdBefore }: CreatedOptions): {
  readonly created?: { readonly gte?: number; readonly lt?: number };
} {
  if (createdFrom === undefined && createdBefore === undefined) return {};
  if (createdFrom !== undefined && createdBefore !== undefined && createdFrom >= createdBefore) {
    throw new InvalidArgumentError("createdFrom must be before createdBefore.");
  }
  return {
    created: {
      ...(createdFrom && { gte: Math.ceil(createdFrom.getTime() / 1_000) }),
      ...(createdBefore && { lt: Math.ceil(createdBefore.getTime() / 1_000) }),
    },
  };
}

export function toPagingParams({ limit = 10, after }: ListOptions): {
  readonly limit: number;
  readonly starting_after?: string;
} {
  return { limit, ...(after === undefined ? {} : { starting_after: after }) };
}
