import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { CHANNELS_NOT_BUILT } from '../chat/channels.ts'
import {
  AccountConfiguration,
  CallbackRequest,
  ChannelConfigurations,
  MediaCredentialsRequest,
} from './configurationSchema.ts'
import { PageQuery } from './pages.ts'
import {
  BulkRequest,
  BulkResponse,
  MessageEvents,
  MessageRequest,
  MessageResponse,
  MessageStatus,
  TextRequest,
} from './schema.ts'

const page = readFileSync(new URL('../../../../docs/api/conversations.md', import.meta.url), 'utf8')

test('the page about the API has every field and every word of the wire', () => {
  const schemas = [
    MessageRequest,
    TextRequest,
    BulkRequest,
    MessageResponse,
    BulkResponse,
    MessageStatus,
    MessageEvents,
    CallbackRequest,
    MediaCredentialsRequest,
    AccountConfiguration,
    ChannelConfigurations,
    PageQuery,
  ]
  const missing = schemas.flatMap(wordsOf).filter((word) => !new RegExp(`\\b${word}\\b`).test(page))
  assert.deepEqual([...new Set(missing)], [])
})

test('the page about the API names the channels that are not built', () => {
  assert.deepEqual(
    CHANNELS_NOT_BUILT.filter((channel) => !new RegExp(`\\b${channel}\\b`, 'i').test(page)),
    [],
  )
})

/** The names of properties and the values of lists to choose from, at any depth. */
function wordsOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([keyword, value]) => {
    if (keyword === 'properties') return [...Object.keys(value), ...Object.values(value).flatMap(wordsOf)]
    return keyword === 'enum' ? value : wordsOf(value)
  })
}
