import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { validate } from '@scalar/openapi-validator'
import { CONNECTORS, type Operation, readDefinition, type Schema, schemasWithin } from './definition.ts'

// Microsoft's rules for connectors: learn.microsoft.com, "Learn best practices for string fields" and the checks that
// come before a connector is published.

for (const connector of CONNECTORS) {
  const definition = readDefinition(connector)
  const { info, operations } = definition
  const named = operations.map((operation) => [operation.operationId, operation] as const)

  describe(`the definition of ${info.title}`, () => {
    test('is Swagger 2.0', () => {
      assert.deepEqual(validate({ ...definition.document }, { checkPathParameters: true }).errors, [])
    })

    test('has a title and a description of the right length that name no product of Microsoft', () => {
      assert(info.title.length <= 30)
      assert(info.description.length >= 30 && info.description.length <= 500)
      for (const text of [info.title, info.description])
        assert.doesNotMatch(text, /\bAPI\b|Power (Automate|Apps)|Copilot/)
      assert.deepEqual(Object.keys(info.contact).sort(), ['email', 'name', 'url'])
    })

    test('has operations with ids of their own, each with a summary, a description and a visibility', () => {
      assert.equal(new Set(named.map(([id]) => id)).size, named.length)
      const wrong = named.filter(
        ([id, { summary, description, visibility, isTrigger }]) =>
          !/^[A-Za-z][A-Za-z0-9]*$/.test(id) ||
          !isSummary(summary) ||
          !isSentence(description) ||
          !description.startsWith(isTrigger ? 'This operation triggers when ' : 'This operation ') ||
          summary === description ||
          !VISIBILITIES.has(visibility),
      )
      assert.deepEqual(wrong, [])
    })

    test('starts the summary of each trigger with When, and of nothing else', () => {
      const wrong = operations.filter(({ summary, isTrigger }) => summary.startsWith('When ') !== isTrigger)
      assert.deepEqual(wrong, [])
    })

    test('names and describes every parameter and every field of it', () => {
      const wrong = named.flatMap(([id, { parameters }]) =>
        parameters.flatMap((parameter) => [
          ...(isNamed(parameter) ? [] : [`${id} ${parameter.name}`]),
          ...fieldsOf(parameter.schema).flatMap(([path, field]) => (isNamed(field) ? [] : [`${id} ${path}`])),
        ]),
      )
      assert.deepEqual(wrong, [])
    })

    test('hides only fields that have a default or take the address of a flow', () => {
      const hidden = operations
        .filter(({ visibility }) => visibility !== 'internal')
        .flatMap(({ parameters }) => parameters.flatMap(({ schema }) => fieldsOf(schema)))
        .filter(([, field]) => field['x-ms-visibility'] === 'internal')
      assert.deepEqual(
        hidden.filter(([, field]) => field.default === undefined && field['x-ms-notification-url'] !== true),
        [],
      )
    })

    test('encodes what goes into a path', () => {
      const wrong = operations.flatMap(({ parameters }) =>
        parameters.filter((parameter) => parameter.in === 'path' && parameter['x-ms-url-encoding'] !== 'single'),
      )
      assert.deepEqual(wrong, [])
    })

    test('has one response of success for every operation, and one for all else', () => {
      for (const [id, { responses }] of named) {
        assert.equal(Object.keys(responses).filter((status) => status.startsWith('2')).length, 1, id)
        assert(responses.default !== undefined, id)
      }
    })

    test('has a description and a schema for every response but an empty one, and names for all that is in it', () => {
      const wrong = named.flatMap(([id, operation]) =>
        answersOf(operation).flatMap(([status, { description, schema }]) => [
          ...(isSentence(description) ? [] : [`${id} ${status}`]),
          ...((schema === undefined) === (status === '204') ? [] : [`${id} ${status} schema`]),
          ...fieldsOf(schema).flatMap(([path, field]) => (isNamed(field) ? [] : [`${id} ${status} ${path}`])),
        ]),
      )
      assert.deepEqual(wrong, [])
    })

    test('gives every field of an object a label of its own', () => {
      for (const [id, operation] of named) {
        const inputs = operation.parameters.flatMap(({ schema }) => (schema === undefined ? [] : [schema]))
        const outputs = answersOf(operation).flatMap(([, { schema }]) => (schema === undefined ? [] : [schema]))
        for (const schema of [...inputs, ...outputs]) {
          const labels = fieldsOf(schema).map(([, field]) => field['x-ms-summary'])
          assert.equal(new Set(labels).size, labels.length, `${id}: ${labels}`)
        }
      }
    })

    test('tells where the flow of a trigger waits, and what it gets', () => {
      for (const { operationId, isTrigger, parameters, notification, responses } of operations) {
        const fields = parameters.flatMap(({ schema }) => fieldsOf(schema))
        const urls = fields.filter(([, field]) => field['x-ms-notification-url'] === true)
        assert.equal(urls.length, isTrigger ? 1 : 0, operationId)
        assert.equal(notification !== null, isTrigger, operationId)
        // Without it Power Automate never unsubscribes.
        assert.equal(responses['201']?.headers?.Location !== undefined, isTrigger, operationId)
      }
    })

    test('can be tried when a connection is made, by an operation that asks for nothing', () => {
      const tried = operations.find(({ operationId }) => operationId === definition.testConnection)
      assert.deepEqual([tried?.method, tried?.visibility, tried?.parameters], ['GET', 'internal', []])
    })
  })
}

const VISIBILITIES = new Set(['important', 'advanced', 'internal'])

/** Sentence case, no slash, no more than 80 characters, and a letter or digit at the end. */
function isSummary(text: string): boolean {
  return /^[A-Z][^/]{0,78}[A-Za-z0-9]$/.test(text) && wordsOf(text).slice(1).every(isSmallOrAbbreviation)
}

/** Short enough for a hint, with a full stop. */
function isSentence(text: string): boolean {
  return /^[A-Z].*[^.]\.$/.test(text) && text.length <= 160
}

type Named = Pick<Schema, 'x-ms-summary' | 'description'>

/** A label in title case, at most 80 characters, and a sentence. */
function isNamed({ 'x-ms-summary': label = '', description = '' }: Named): boolean {
  return /^[A-Z0-9]/.test(label) && label.length <= 80 && wordsOf(label).every(isTitleWord) && isSentence(description)
}

function wordsOf(text: string): string[] {
  return text.split(/[ ,-]+/)
}

function isSmallOrAbbreviation(word: string): boolean {
  return /^[a-z0-9]+$/.test(word) || ABBREVIATIONS.has(word)
}

function isTitleWord(word: string): boolean {
  return /^[A-Z][a-z]*$/.test(word) || ABBREVIATIONS.has(word) || word === 'in'
}

const ABBREVIATIONS = new Set(['SMS', 'ID', 'OTP', 'PIN', 'URL', 'API'])

/** What the designer shows of an object or a list of objects. */
function fieldsOf(schema: Schema | undefined): [path: string, field: Schema][] {
  if (schema === undefined) return []
  return schemasWithin(schema).filter(([path]) => path !== '' && !path.endsWith('[]'))
}

function answersOf({ responses, notification }: Operation) {
  return [...Object.entries(responses), ...(notification === null ? [] : [['notification', notification] as const])]
}
