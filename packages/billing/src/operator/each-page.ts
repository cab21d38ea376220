import type { OperatorList, OperatorReads } from "../stripe/operator-calls.js";
import type { OperatorScope } from "../tenancy/scope/operator-scope.js";

/** Opens the scope of one step of a long call, with a deadline of its own. */
export type OpenScope = () => OperatorScope;

type Item<C extends OperatorList> = OperatorReads[C]["answer"]["data"][number];

/** Reads a list of the account to its end. One request for each hundred, each with a deadline of its own. */
export async function* eachPage<C extends OperatorList>(
  open: OpenScope,
  call: C,
  params: OperatorReads[C]["params"] = {},
): AsyncGenerator<readonly Item<C>[]> {
  for (let cursor = {}; ; ) {
    const page = await readPage(open(), call, { limit: 100, ...params, ...cursor });
    yield page.data;
    const last: unknown = Reflect.get(Object(page.data.at(-1)), "id");
    if (!page.has_more || typeof last !== "string") return;
    cursor = { starting_after: last };
  }
}

/** Reads one page of a list. A list's path has no ids. */
export function readPage<C extends OperatorList>(
  scope: OperatorScope,
  call: C,
  params: OperatorReads[C]["params"],
): Promise<{ readonly data: readonly Item<C>[]; readonly has_more: boolean }> {
  return scope.read<OperatorList>(call, {}, params) as Promise<OperatorReads[C]["answer"]>; // the call's own answer
}
