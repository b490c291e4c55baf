/**
 * The text as a parsed request would have it, in one piece. V8 keeps text that was put together in a program as a tree
 * of its pieces, and reading that takes several times as long.
 */
export function flatText(text: string): string {
  return Buffer.from(text).toString()
}
