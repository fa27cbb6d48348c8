/**
 * So many at a time: the round trips to a far server count, but each more is a connection, whose TLS handshake costs both sides more
 * than to wait for another one.
 */
const AT_ONCE = 12;

/**
 * Does it for all, so many at a time. Returns what came of each, in the order of the items. The first failure is thrown once
 * those on the way have ended; no other is begun.
 */
export async function sideBySide<Item, Value>(
  items: Item[],
  deed: (item: Item) => Promise<Value>,
  atOnce = AT_ONCE,
): Promise<Value[]> {
  const values: Value[] = [];
  const waiting = items.entries();
  let failed = false;
  const worker = async () => {
    for (const [index, item] of waiting) {
      if (failed) return;
      values[index] = await deed(item).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, worker));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return values;
}
