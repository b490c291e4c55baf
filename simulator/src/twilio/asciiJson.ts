/**
 * JSON in which everything that is not ASCII is escaped. A page is then as many bytes as it has characters, and the
 * reader gets to see escapes.
 */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
