/** An object of somebody else's JSON; one without properties where it is something else. */
export type Fields = Readonly<Record<string, unknown>>

export function parseFields(body: string | null): Fields {
  if (body === null) return {}
  try {
    return fieldsOf(JSON.parse(body))
  } catch {
    // A proxy's page of HTML says as little as an empty answer.
    return {}
  }
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Null: not a text, or an empty one. What the store could not take is replaced. */
export function textOf(value: unknown, charactersMax = TEXT_CHARACTERS_MAX): string | null {
  if (typeof value !== 'string' || value === '') return null
  return value.slice(0, charactersMax).toWellFormed().replaceAll('\0', '\uFFFD')
}

/** Many times what a person can write in one message. */
const TEXT_CHARACTERS_MAX = 65_536

/** Meta writes some numbers as texts. */
export function integerOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  return Number.isSafeInteger(number) ? Number(number) : null
}

/** Epoch ms of the seconds that Meta counts; null: no such time. */
export function timeOf(value: unknown): number | null {
  const seconds = integerOf(value)
  return seconds === null || seconds <= 0 || seconds > SECONDS_MAX ? null : seconds * 1_000
}

/** The end of the year 9999. */
const SECONDS_MAX = 253_402_300_799

/** Meta's id of a message. */
export function messageIdOf(value: unknown): string | null {
  return typeof value === 'string' && /^[\x21-\x7e]{1,256}$/.test(value) ? value : null
}
