import { isObject } from './isObject.ts'

export type Mask = (text: string) => string

/**
 * Replaces every secret of the config by asterisks, as it is and as it looks within JSON, a URL or a Basic header.
 * A secret is each value that the connection specification marks `airbyte_secret`, at any depth.
 * @param schema JSON schema of the config. @param config what the user gave, checked or not.
 */
export function createMask(schema: unknown, config: unknown): Mask {
  const secrets = [...new Set(secretsIn(schema, config).flatMap(spellings))].filter((secret) => secret !== '')
  if (secrets.length === 0) return (text) => text
  // The longest first, so that a secret that is part of another does not leave the rest of it standing.
  const pattern = new RegExp(
    secrets
      .sort((a, b) => b.length - a.length)
      .map(RegExp.escape)
      .join('|'),
    'g',
  )
  return (text) => text.replace(pattern, MASKED)
}

const MASKED = '****'

function secretsIn(schema: unknown, value: unknown): string[] {
  if (!isObject(schema) || value === undefined || value === null) return []
  if (schema.airbyte_secret === true) return leaves(value)
  const alternatives = [schema.oneOf, schema.anyOf, schema.allOf].filter(Array.isArray).flat()
  return [...alternatives.flatMap((part) => secretsIn(part, value)), ...secretsInside(schema, value)]
}

function secretsInside(schema: Record<string, unknown>, value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => secretsIn(schema.items, item))
  const properties = schema.properties
  if (!isObject(value) || !isObject(properties)) return []
  return Object.entries(value).flatMap(([name, part]) => secretsIn(properties[name], part))
}

function leaves(value: unknown): string[] {
  if (Array.isArray(value) || isObject(value)) return Object.values(value).flatMap(leaves)
  return value === null || typeof value === 'boolean' ? [] : [String(value)]
}

function spellings(secret: string): string[] {
  const inBase64 = [0, 1, 2].map((offset) => base64At(offset, secret)).filter((text) => text.length >= BASE64_CHARS_MIN)
  return [secret, secret.trim(), JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), ...inBase64]
}

/** The Base64 of a secret that has bytes before and behind it: those characters that are made of its bits only. */
function base64At(offset: number, secret: string): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)])
  return bytes.toString('base64').slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6))
}

/** Shorter pieces of Base64 are found in text that has nothing to do with it. */
const BASE64_CHARS_MIN = 8
