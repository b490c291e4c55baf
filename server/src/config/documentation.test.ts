import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type TSchema, Type } from 'typebox'
import { loadConfig } from '../config.ts'
import { ConfigFile } from './schema.ts'

const page = readFileSync(new URL('../../../docs/operate/configuration.md', import.meta.url), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'heliograph-documentation-'))
after(() => rmSync(folder, { recursive: true }))

test('every key of the file is in the documentation', () => {
  const named = new Set([...page.matchAll(/(?<=[`{.,\s])[A-Za-z0-9]+(?=[`\s},:.[])/g)].map(([name]) => name))
  for (const path of keysOf(ConfigFile, '')) assert(named.has(path.split('.').at(-1) ?? ''), path)
})

test('the examples of the documentation are good configurations', () => {
  const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text ?? '')
  assert(examples.length > 0)
  for (const [index, text] of examples.entries()) {
    const file = join(folder, `${index}.yaml`)
    writeFileSync(file, text)
    const environment = { ACME_KEY: 'k', SMSC_PASSWORD: 'p', OTHER_PASSWORD: 'p' }
    assert.equal(loadConfig({ flags: { config: file }, environment }).demo, false)
  }
})

function keysOf(schema: TSchema, path: string): string[] {
  if (Type.IsUnion(schema)) return schema.anyOf.flatMap((branch) => keysOf(branch, path))
  if (Type.IsArray(schema)) return keysOf(schema.items, path)
  if (!Type.IsObject(schema)) return []
  return Object.entries(schema.properties).flatMap(([key, property]) => {
    const place = path === '' ? key : `${path}.${key}`
    return [place, ...keysOf(property, place)]
  })
}
