/**
 * Waits until all of the work has ended, then returns the results or throws the first error in the order given. So
 * nothing goes on after the caller has failed, and which error it throws does not depend on which work was faster.
 */
export async function sideBySide<const T extends readonly unknown[]>(
  ...work: T
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
