import { isObject } from '@heliograph/airbyte-protocol/isObject'
import type { StreamMessage } from '@heliograph/airbyte-protocol/source'
import { getMessagePage } from './messagePage.ts'
import type { MessageReader, MessageRequest } from './readChangedMessages.ts'

/**
 * Reads every message once, newest first, and yields a state after each page but the last. Those accepted meanwhile are
 * left to the next read.
 */
export async function* readAcceptedMessages(
  { api, log }: Pick<MessageReader, 'api' | 'log'>,
  { startDate, state }: MessageRequest,
): AsyncGenerator<StreamMessage> {
  let cursor = isObject(state) && typeof state.cursor === 'string' ? state.cursor : null
  let isFirst = true
  let isLast = false
  while (!isLast) {
    const page = await getMessagePage(api, {
      ...(startDate === null ? {} : { acceptedSince: startDate }),
      ...(cursor === null ? {} : { cursor }),
    })
    if (page === null) {
      if (!isFirst) throw new Error('The server does not know the cursor that it has just given')
      log.warn('The server does not know the cursor of the state any more: reading all messages again')
      cursor = null
      continue
    }
    isFirst = false
    yield { kind: 'records', data: page.messages }
    cursor = page.next
    isLast = cursor === null
    if (cursor !== null) yield { kind: 'state', state: { cursor } }
  }
}
