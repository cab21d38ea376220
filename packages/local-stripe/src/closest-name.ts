/** The known name that is spelled most like another, or that only has more in front; `undefined` when none is close. */
export function closestName(written: string, known: readonly string[]): string | undefined {
  const longer = known.find((name) => name.endsWith(`.${written}`));
  if (longer !== undefined) return longer;
  const most = Math.ceil(written.length / 3);
  const [closest] = known
    .map((name) => ({ name, edits: editDistance(written, name) }))
    .filter(({ edits }) => edits < most)
    .sort((one, other) => one.edits - other.edits);
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
