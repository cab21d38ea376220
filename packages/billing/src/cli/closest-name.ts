/** The known name that a mistyped one most likely stands for; undefined where none is near. */
export function closestName(typed: string, known: readonly string[]): string | undefined {
  const byPrefix = typed.length >= 3 ? known.find((name) => name.startsWith(typed)) : undefined;
  if (byPrefix !== undefined) return byPrefix;
  const [closest] = known
    .map((name) => ({ name, distance: editDistance(typed, name) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return closest?.name;
}

/** How many characters have to be added, removed or replaced to make one word of another. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, character] of from.split("").entries()) {
    const next = [index + 1];
    for (const [column, other] of to.split("").entries()) {
      const replaced = (row[column] ?? 0) + (character === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
