import type { Page } from "../../stripe/page.js";
import { SHARED } from "../../tenancy/metadata-mark.js";
import type { OperatorScope } from "../../tenancy/scope/operator-scope.js";
import type { OwnedByMetadata } from "../../tenancy/tenancy.js";

interface StripePage<T> {
  readonly data: readonly T[];
  readonly has_more: boolean;
}

/** The shared ones among a page of the account's, which Stripe cannot list by their mark. */
export function toSharedPage<T extends OwnedByMetadata, View>(
  scope: OperatorScope,
  { data, has_more: hasMore }: StripePage<T>,
  toView: (object: T) => View,
): Page<View> {
  const shared = data.filter((object) => scope.catalogOwner(object).tenantId === SHARED);
  const nextCursor = hasMore ? (data.at(-1)?.id ?? null) : null;
  return Object.freeze({ data: Object.freeze(shared.map(toView)), hasMore, nextCursor });
}
