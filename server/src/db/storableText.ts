/** Whether both engines can store the text: PostgreSQL has no NUL, and an unpaired surrogate has no UTF-8. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}
