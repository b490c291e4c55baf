import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { missingWords } from '../../../test/missingWords.ts'
import { CHANNELS_NOT_BUILT } from './channels.ts'
import {
  BulkRequest,
  BulkResponse,
  MessageHistory,
  MessageHistoryV2,
  MessageRequest,
  MessageResponse,
  MessageStatus,
  MessageStatusV2,
  StoredMessage,
} from './schema.ts'

const page = readFileSync(new URL('../../../../docs/api/chat.md', import.meta.url), 'utf8')

test('the page about the API has every field and every word of the wire', () => {
  const schemas = [
    MessageRequest,
    BulkRequest,
    MessageResponse,
    BulkResponse,
    StoredMessage,
    MessageStatus,
    MessageStatusV2,
    MessageHistory,
    MessageHistoryV2,
  ]
  assert.deepEqual(missingWords(page, schemas), [])
})

test('the page about the API names the channels that are not built', () => {
  assert.deepEqual(
    CHANNELS_NOT_BUILT.filter((channel) => !new RegExp(`\\b${channel}\\b`, 'i').test(page)),
    [],
  )
})
