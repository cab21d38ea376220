/** The result, or undefined where the store failed. */
export async function settled<T>(processing: Promise<T>): Promise<T | undefined> {
  try {
    return await processing;
  } catch {
    return undefined;
  }
}
