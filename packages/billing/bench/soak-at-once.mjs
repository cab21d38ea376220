export const AT_ONCE = 16;

/** Calls `one` so many times with the number of each, some at once. */
export async function atOnce(count, one) {
  let next = 0;
  const worker = async () => {
    while (next < count) await one(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
