import type Stripe from "stripe";
import * as z from "zod/mini";
import { boundedList, onFirstUse, text } from "../../input.js";
import type { CallerMetadata } from "../../tenancy/caller-metadata.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import type { Customer } from "../../views/customer.js";

/** Details of a customer. Those left out stay as they are; null clears one. */
export interface CustomerDetails {
  /** The e-mail address for invoices and receipts. Not an identity: two customers may share it. */
  readonly email?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly phone?: string | null | undefined;
  /** Shown to the team only, never to the customer. */
  readonly description?: string | null | undefined;
  /** Replaces the whole address: parts that are left out are cleared. */
  readonly address?: Partial<Readonly<Record<AddressPart, string | null>>> | null | undefined;
  /** Language tags such as `"de"` or `"en-GB"`, the most preferred first. */
  readonly preferredLocales?: readonly string[] | undefined;
  readonly taxExempt?: Customer["taxExempt"] | undefined;
  /** Merged key by key; a null value removes its key. Keys that this package writes are refused. */
  readonly metadata?: CallerMetadata | undefined;
}

type AddressPart = keyof NonNullable<Customer["address"]>;

/** The details after their check; the scope checks the metadata. */
export interface CheckedDetails {
  readonly email?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly phone?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly address?: { readonly [Part in AddressPart]?: string | null | undefined } | null | undefined;
  readonly preferredLocales?: string[] | undefined;
  readonly taxExempt?: Customer["taxExempt"] | undefined;
  readonly metadata?: unknown;
}

/** The parameters, in which an empty string clears a field. */
export type DetailParams = Pick<
  Stripe.CustomerUpdateParams,
  "address" | "description" | "email" | "metadata" | "name" | "phone" | "preferred_locales" | "tax_exempt"
>;

/** @throws ReservedMetadataError | InvalidArgumentError for metadata, the one detail that is not checked yet. */
export function toDetailParams(scope: TenantScope, details: CheckedDetails): DetailParams {
  const { email, name, phone, description, address, preferredLocales, taxExempt, metadata } = details;
  return {
    ...(email !== undefined && { email: email ?? "" }),
    ...(name !== undefined && { name: name ?? "" }),
    ...(phone !== undefined && { phone: phone ?? "" }),
    ...(description !== undefined && { description: description ?? "" }),
    ...(address !== undefined && { address: address === null ? ("" as const) : toAddressParam(address) }),
    ...(preferredLocales !== undefined && { preferred_locales: preferredLocales }),
    ...(taxExempt !== undefined && { tax_exempt: taxExempt }),
    // guard (argument of callerMetadata): a customer's metadata names no reserved key
    ...(metadata !== undefined && { metadata: scope.callerMetadata(metadata) }),
  };
}

/** Tells if a Stripe object already has the parameters' values; empty and absent are equal. */
export function holds(current: unknown, wanted: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) return (current ?? "") === wanted;
  const parts = new Map(Object.entries(current ?? {}));
  if (Array.isArray(wanted) && wanted.length !== parts.size) return false;
  return Object.entries(wanted).every(([name, value]) => holds(parts.get(name), value));
}

function toAddressParam(address: NonNullable<CheckedDetails["address"]>): Stripe.AddressParam {
  const { line1, line2, city, state, postalCode, country } = address;
  return {
    line1: line1 ?? "",
    line2: line2 ?? "",
    city: city ?? "",
    state: state ?? "",
    postal_code: postalCode ?? "",
    country: country ?? "",
  };
}

const line = (name: string, length: number) =>
  z.optional(
    z.nullable(
      text(
        `${name} must be null or a string of 1 to ${length} characters in one line.`,
        new RegExp(`^[^\\p{Cc}]{1,${length}}$`, "u"),
      ),
    ),
  );

const addressSchema = onFirstUse(() =>
  z.strictObject(
    {
      line1: line("address.line1", 200),
      line2: line("address.line2", 200),
      city: line("address.city", 200),
      state: line("address.state", 200),
      postalCode: line("address.postalCode", 50),
      country: z.optional(
        z.nullable(text('address.country must be null or a two-letter code, such as "DE".', /^[A-Z]{2}$/)),
      ),
    },
    "address must be null or an object.",
  ),
);

const LOCALES = 'preferredLocales must be a list of 1 to 10 language tags, such as "en-GB".';

type DetailFields = { readonly [Name in keyof CheckedDetails]-?: z.ZodMiniType<CheckedDetails[Name]> };

/** The schema of {@link CustomerDetails}. The scope checks `metadata`. */
export const detailFields: () => DetailFields = onFirstUse(() => ({
  email: z.optional(
    z.nullable(
      text(
        "email must be null or an e-mail address of at most 512 characters.",
        /^(?=.{3,512}$)[^\s@]+@[^\s@]+$/,
      ),
    ),
  ),
  name: line("name", 256),
  phone: line("phone", 20),
  description: z.optional(
    z.nullable(text("description must be null or a string of 1 to 5000 characters.", /^.{1,5000}$/s)),
  ),
  address: z.optional(z.nullable(addressSchema())),
  preferredLocales: z.optional(
    boundedList(text(LOCALES, /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}$/), { least: 1, most: 10 }, LOCALES),
  ),
  taxExempt: z.optional(
    z.enum(["none", "exempt", "reverse"], 'taxExempt must be "none", "exempt" or "reverse".'),
  ),
  metadata: z.optional(z.unknown()),
}));
