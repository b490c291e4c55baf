import type { SourceStream } from '@heliograph/airbyte-protocol/source'
import { apiOf } from './api.ts'
import type { Config } from './config.ts'
import { messageSchema } from './messageSchema.ts'
import { readAcceptedMessages } from './readAcceptedMessages.ts'
import { readChangedMessages } from './readChangedMessages.ts'
import { readMessagesById } from './readMessagesById.ts'

/**
 * The status of each message. With request IDs exactly those, from any server; without, all messages of a Heliograph
 * account: in a full refresh once each, incrementally in the order of change, so that a message comes again with each
 * later change.
 */
export function messagesStream(config: Config): SourceStream {
  const base = { name: 'messages', jsonSchema: messageSchema, primaryKey: [['requestId']] }
  if (config.requestIds.length > 0) {
    return {
      ...base,
      cursorField: null,
      isResumable: false,
      read: (_, { http, log }) => readMessagesById({ api: apiOf(config, http), log }, config.requestIds),
    }
  }
  return {
    ...base,
    cursorField: 'updatedDate',
    isResumable: true,
    read: ({ syncMode, state }, { http, log, clock }) => {
      const reader = { api: apiOf(config, http), log, clock }
      const request = { startDate: config.startDate, state }
      return syncMode === 'incremental' ? readChangedMessages(reader, request) : readAcceptedMessages(reader, request)
    },
  }
}
