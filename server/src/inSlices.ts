/**
 * Does `each` for all items, a slice in one turn of the event loop, the first slice at once. For what follows a commit:
 * who is answered first asks again meanwhile, so the store works on the next batch while the rest of this one is still
 * being answered. Done in one go, all callers move in step, and store and main thread take turns being idle (measured:
 * 1.3 times the rate with 64 callers; a dozen was better than 8, 16, 24 and 32).
 */
export function inSlices<Item>(items: readonly Item[], each: (item: Item) => void): void {
  runSlice(items, each, 0)
}

function runSlice<Item>(items: readonly Item[], each: (item: Item) => void, start: number): void {
  const end = Math.min(start + SLICE_ITEMS, items.length)
  for (const item of items.slice(start, end)) each(item)
  if (end < items.length) setImmediate(() => runSlice(items, each, end))
}

const SLICE_ITEMS = 12
