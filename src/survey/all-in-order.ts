/** Like Promise.all, but of several that fail the first in the list is thrown: what a report says must not hang on who was quicker. */
export async function allInOrder<T extends readonly unknown[]>(
  promises: readonly [...{ [Index in keyof T]: Promise<T[Index]> }],
): Promise<T>;
export async function allInOrder<T>(promises: readonly Promise<T>[]): Promise<T[]>;
export async function allInOrder(promises: readonly Promise<unknown>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}
