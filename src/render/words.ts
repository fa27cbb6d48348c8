/** The first items and how many more there are. */
export function shorten(items: string[], most: number): string[] {
  return items.length <= most + 1 ? items : [...items.slice(0, most), `and ${items.length - most} more`];
}
