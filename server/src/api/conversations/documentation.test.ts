import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { missingWords } from '../../../test/missingWords.ts'
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
  assert.deepEqual(missingWords(page, schemas), [])
})

test('the page about the API names the channels that are not built', () => {
  assert.deepEqual(
    CHANNELS_NOT_BUILT.filter((channel) => !new RegExp(`\\b${channel}\\b`, 'i').test(page)),
    [],
  )
})
