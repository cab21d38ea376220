/**
 * Waits until all of the work has ended, then returns the results or throws the first error in the order given. So
 * nothing goes on after the caller has failed, and which error it throws does not depend on which work was faster.
 */
export async function sideBySide<T extends readonly unknown[]>(
  ...work: readonly [...{ [K in keyof T]: T[K] | Promise<T[K]> }]
): Promise<T> {
  const running = work.map(async (one: unknown) => one);
  await Promise.allSettled(running);
  return (await Promise.all(running)) as unknown as T; // TypeScript does not map the tuple back
}
