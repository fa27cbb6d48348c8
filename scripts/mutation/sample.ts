/** So many of the items, the same for the same seed, in their own order. */
export function sampleOf<Item>(items: readonly Item[], { size, seed }: { size: number; seed: number }): Item[] {
  const keyed = items.map((item, at) => ({ at, item, key: mixed(seed * 1_000_003 + at) }));
  const picked = keyed.toSorted((a, b) => a.key - b.key).slice(0, size);
  return picked.sort((a, b) => a.at - b.at).map(({ item }) => item);
}

/** A number that looks random (splitmix32): neighbours have nothing to do with each other. */
function mixed(value: number): number {
  let bits = (value + 0x9e3779b9) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
  return (bits ^ (bits >>> 15)) >>> 0;
}
