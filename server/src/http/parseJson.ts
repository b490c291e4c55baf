import { constraintViolation, Problem } from './problem.ts'

/**
 * A request body that must be one JSON object. Refused with 400: what is not JSON, what is not an object, a name given
 * twice at the top (JSON.parse would silently take the last), and names that could reach an object's prototype.
 */
export function parseJsonObject(text: string): Record<string, unknown> {
  const value = parse(text)
  if (!isObject(value)) {
    throw new Problem(400, 'the body must be a JSON object', { title: 'Data given was not parseable' })
  }
  refuseNames(Object.keys(value), countNames(text, 1))
  return value
}

/** A request body that may also be one JSON list of such objects; each is held to the same rules. */
export function parseJsonObjects(text: string): Record<string, unknown> | Record<string, unknown>[] {
  if (!/^[ \t\r\n]*\[/.test(text)) return parseJsonObject(text)
  const value = parse(text)
  if (!Array.isArray(value) || !value.every(isObject)) {
    throw new Problem(400, 'the body must be a JSON list of objects', { title: 'Data given was not parseable' })
  }
  refuseNames(value.flatMap(Object.keys), countNames(text, 2))
  return value
}

function refuseNames(names: readonly string[], namesWritten: number): void {
  if (names.includes('__proto__')) {
    throw constraintViolation([{ field: '__proto__', message: 'is not a property name that can be used' }])
  }
  if (namesWritten !== names.length) {
    throw new Problem(400, 'the body names a property twice', { title: 'Data given was not parseable' })
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown'
    throw new Problem(400, `the body is not JSON: ${reason.slice(0, REASON_CHARACTERS_MAX)}`, {
      title: 'Data given was not parseable',
    })
  }
}

const REASON_CHARACTERS_MAX = 120

/** Colons outside strings at a depth of brackets. Only for text that JSON.parse has accepted. */
function countNames(text: string, atDepth: number): number {
  let depth = 0
  let names = 0
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        i = endOfString(text, i)
        break
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth++
        break
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth--
        break
      case COLON:
        if (depth === atDepth) names++
    }
  }
  return names
}

function endOfString(text: string, start: number): number {
  let i = start + 1
  while (text.charCodeAt(i) !== QUOTE) i += text.charCodeAt(i) === BACKSLASH ? 2 : 1
  return i
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
