/** What a key may do. 'messages' sends and reads, 'admin' does everything and manages keys. */
export type Scope = (typeof SCOPES)[number]

export const SCOPES = ['messages', 'numbers', 'otp', 'chat', 'admin'] as const

/** What a key may do when nobody said: all but manage. */
export const SCOPES_DEFAULT: readonly Scope[] = SCOPES.filter((scope) => scope !== 'admin')

export function isScope(text: string): text is Scope {
  return SCOPES.some((scope) => scope === text)
}
