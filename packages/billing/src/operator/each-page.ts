import type { OperatorList, OperatorReads } from "../stripe/operator-calls.js";
import { eachPage as eachPageOf } from "../stripe/page.js";
import { listAfter } from "../stripe/page-cursor.js";
import type { OperatorScope } from "../tenancy/scope/operator-scope.js";

/** Opens the scope of one step of a long call, with a deadline of its own. */
export type OpenScope = () => OperatorScope;

type Item<C extends OperatorList> = OperatorReads[C]["answer"]["data"][number];

/** Reads a list of the account to its end. One request for each hundred, each with a deadline of its own. */
export function eachPage<C extends OperatorList>(
  open: OpenScope,
  call: C,
  params: OperatorReads[C]["params"] = {},
): AsyncGenerator<readonly Item<C>[]> {
  return eachPageOf<Item<C>>((cursor) => readPage(open(), call, { limit: 100, ...params, ...cursor }));
}

/**
 * Reads one page of a list. A list's path has no ids.
 *
 * @throws CursorError for a cursor that has left the list, or was never in it.
 */
export function readPage<C extends OperatorList>(
  scope: OperatorScope,
  call: C,
  params: OperatorReads[C]["params"],
): Promise<{ readonly data: readonly Item<C>[]; readonly has_more: boolean }> {
  const page = scope.read<OperatorList>(call, {}, params) as Promise<OperatorReads[C]["answer"]>; // the call's own answer
  return listAfter(params.starting_after, page);
}
