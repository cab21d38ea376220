/** Builds something on first use, such as a schema: building all of them takes longer than loading the rest of the package. */
export function onFirstUse<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
