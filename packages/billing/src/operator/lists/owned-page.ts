import type { Page } from "../../stripe/page.js";
import type { OperatorScope } from "../../tenancy/scope/operator-scope.js";
import type { OwnedByMetadata } from "../../tenancy/tenancy.js";
import type { Owned } from "../owned.js";

interface StripePage<T> {
  readonly data: readonly T[];
  readonly has_more: boolean;
}

/** Turns a page of the account into views, each with its tenant. */
export async function toOwnedPage<T extends { readonly id: string }, View extends object>(
  scope: OperatorScope,
  { data, has_more: hasMore }: StripePage<T>,
  customerOf: (object: T) => unknown,
  toView: (object: T) => View,
  isWanted: (object: T) => boolean = () => true,
): Promise<Page<Owned<View>>> {
  const views = data
    .filter(isWanted)
    .map(async (object) =>
      Object.freeze({ ...toView(object), tenantId: await tenantOf(scope, customerOf(object)) }),
    );
  return Object.freeze({
    data: Object.freeze(await Promise.all(views)),
    hasMore,
    nextCursor: hasMore ? (data.at(-1)?.id ?? null) : null,
  });
}

/** The tenant of an expanded customer; of a deleted one, only a directory still knows it. Null where nobody does. */
export async function tenantOf(scope: OperatorScope, customer: unknown): Promise<string | null> {
  if (typeof customer !== "object" || customer === null || !("id" in customer)) return null;
  return (await scope.customerOwner(customer as OwnedByMetadata)).tenantId; // Stripe's customers have metadata of this form
}
