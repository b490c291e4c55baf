import * as schemas from '../schemas/messages.ts'
import { DAY_MS } from '../slices.ts'
import { accountList } from './accounts.ts'
import { type List, type StreamDeclaration, subresource } from './declaration.ts'

/** Requests for times 400 days back are refused (code 20004); a day less leaves room for a long sync. */
const RETENTION_MS = 399 * DAY_MS

const messagesList: List = {
  ...accountList,
  place: subresource('messages'),
  dataField: 'messages',
  windows: {
    timeField: 'date_sent',
    fromParameter: 'DateSent>',
    untilParameter: 'DateSent<',
    format: 'blank time',
    retentionMs: RETENTION_MS,
  },
}

export const messageStreams: readonly StreamDeclaration[] = [
  {
    name: 'messages',
    primaryKey: ['sid'],
    cursorField: 'date_sent',
    fields: schemas.messages,
    list: messagesList,
    children: null,
  },
  {
    name: 'message_media',
    primaryKey: ['sid'],
    cursorField: 'date_created',
    fields: schemas.messageMedia,
    // Media come with their message and none is added later: the messages of a window lead to all of its media.
    list: messagesList,
    children: {
      host: 'api',
      place: subresource('media'),
      dataField: 'media_list',
      pageSize: 1000,
      recordKey: ['sid'],
      isWanted: ({ num_media }) => num_media !== undefined && num_media !== null && Number(num_media) !== 0,
    },
  },
]
