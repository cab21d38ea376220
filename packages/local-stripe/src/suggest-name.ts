/** Short forms that people write for the whole words here. */
const SHORT_FORMS: Readonly<Record<string, string>> = { ms: "milliseconds", count: "times", skip: "after" };

/** The name that was most likely meant by an unknown one, such as `port` for `prot`. */
export function suggestName(unknown: string, known: readonly string[]): string | undefined {
  const wanted = simplify(unknown);
  const isMeant: readonly ((name: string) => boolean)[] = [
    (name) => name === wanted || name === SHORT_FORMS[wanted],
    (name) => wanted.length >= 3 && (name.startsWith(wanted) || name.endsWith(`.${wanted}`)),
    (name) => wanted.length >= 3 && isOneSlipAway(name, wanted),
  ];
  for (const test of isMeant) {
    const meant = known.find((name) => test(simplify(name)));
    if (meant !== undefined) return meant;
  }
  return undefined;
}

/** Tells whether one letter is missing, superfluous or wrong, or two neighbours have changed places. */
function isOneSlipAway(name: string, written: string): boolean {
  let same = 0;
  while (same < name.length && name[same] === written[same]) same += 1;
  const [rest, writtenRest] = [name.slice(same), written.slice(same)];
  return (
    rest.slice(1) === writtenRest ||
    rest === writtenRest.slice(1) ||
    rest.slice(1) === writtenRest.slice(1) ||
    (rest.slice(2) === writtenRest.slice(2) && rest[0] === writtenRest[1] && rest[1] === writtenRest[0])
  );
}

function simplify(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}
