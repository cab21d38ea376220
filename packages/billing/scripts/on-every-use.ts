/**
 * In place of `onFirstUse`. A schema that is built once belongs, for Stryker, to the one test that was the first to use it:
 * Stryker would run no other for the schema's mutants.
 */
export function onFirstUse<T>(make: () => T): () => T {
  return make;
}
