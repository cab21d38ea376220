/** Finds what an error says; `undefined` where it says nothing. */
export function findMessage(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.message !== "") return error.message;
  // Node's has none of its own where each address of a host refused the connection.
  return error instanceof AggregateError ? error.errors.map(findMessage).find(Boolean) : undefined;
}
