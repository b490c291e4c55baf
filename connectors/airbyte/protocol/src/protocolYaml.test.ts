import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { exampleSource } from './exampleSource.ts'
import { rateLimitedLine } from './messages.ts'
import { catalogOf, type Message, runForTest } from './runForTest.ts'

const folder = process.env.HELIOGRAPH_SPEC_DIR
const skip = folder === undefined ? 'HELIOGRAPH_SPEC_DIR is not set: the protocol YAML is not at hand' : false

test('every message keeps to the protocol YAML', { skip }, async () => {
  const yaml = await readFile(join(folder ?? '', 'airbyte-protocol/v0_airbyte_protocol.yaml'), 'utf8')
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true })
  ajv.addSchema(parse(yaml), 'protocol')
  const validate = ajv.compile<unknown>({ $ref: 'protocol#/definitions/AirbyteMessage' })
  const kinds = new Set<string>()
  for (const line of await everyKindOfLine()) {
    const message: Message = JSON.parse(line)
    const isValid: boolean = validate(message)
    assert.ok(isValid, `${ajv.errorsText(validate.errors)} in ${line.slice(0, 500)}`)
    kinds.add(message.trace?.type ?? message.type)
  }
  const all = ['CATALOG', 'CONNECTION_STATUS', 'ERROR', 'LOG', 'RECORD', 'SPEC', 'STATE', 'STREAM_STATUS']
  assert.deepEqual([...kinds].sort(), all)
})

async function everyKindOfLine(): Promise<string[]> {
  const config = { key: 'k', count: 120 }
  const catalog = catalogOf({
    numbers: 'full_refresh',
    broken: 'incremental',
    stuck: 'incremental',
    nowhere: 'incremental',
  })
  const runs = [
    await runForTest(exampleSource, 'spec'),
    await runForTest(exampleSource, 'check', { config }),
    await runForTest(exampleSource, 'check', { config: { key: 'wrong', count: 1 } }),
    await runForTest(exampleSource, 'discover', { config }),
    await runForTest(exampleSource, 'read', { config, catalog }),
    await runForTest(exampleSource, 'read', { config }),
  ]
  const lines = runs.flatMap(({ text }) => text.split('\n').filter((line) => line !== ''))
  return [...lines, rateLimitedLine('numbers', 1_700_000_000_000.5, 1), rateLimitedLine('numbers', null, 1)]
}
