import * as schemas from '../schemas/voice.ts'
import { accountList } from './accounts.ts'
import { type List, type StreamDeclaration, subresource } from './declaration.ts'

const conferencesList: List = { ...accountList, place: subresource('conferences'), dataField: 'conferences' }

export const voiceStreams: readonly StreamDeclaration[] = [
  {
    name: 'calls',
    primaryKey: ['sid'],
    cursorField: 'end_time',
    fields: schemas.calls,
    list: {
      ...accountList,
      place: subresource('calls'),
      dataField: 'calls',
      windows: {
        timeField: 'end_time',
        fromParameter: 'EndTime>',
        untilParameter: 'EndTime<',
        format: 'day',
        retentionMs: null,
      },
    },
    children: null,
  },
  {
    name: 'conferences',
    primaryKey: ['sid'],
    cursorField: 'date_created',
    fields: schemas.conferences,
    list: {
      ...conferencesList,
      windows: {
        timeField: 'date_created',
        fromParameter: 'DateCreated>',
        untilParameter: 'DateCreated<',
        format: 'day',
        retentionMs: null,
      },
    },
    children: null,
  },
  {
    name: 'conference_participants',
    primaryKey: ['account_sid', 'conference_sid', 'call_sid'],
    cursorField: null,
    fields: schemas.conferenceParticipants,
    // Those who took part are known only as long as the conference goes on. One that starts is in progress next.
    list: { ...conferencesList, variants: [{ Status: 'init' }, { Status: 'in-progress' }] },
    children: {
      host: 'api',
      place: subresource('participants'),
      dataField: 'participants',
      pageSize: 1000,
      recordKey: ['call_sid'],
    },
  },
  {
    name: 'recordings',
    primaryKey: ['sid'],
    cursorField: 'date_created',
    fields: schemas.recordings,
    list: {
      ...accountList,
      place: subresource('recordings'),
      dataField: 'recordings',
      windows: {
        timeField: 'date_created',
        fromParameter: 'DateCreated>',
        untilParameter: 'DateCreated<',
        format: 'blank time',
        // Twilio keeps recordings until they are deleted.
        retentionMs: null,
      },
    },
    children: null,
  },
  {
    name: 'transcriptions',
    primaryKey: ['sid'],
    cursorField: null,
    fields: schemas.transcriptions,
    list: { ...accountList, place: subresource('transcriptions'), dataField: 'transcriptions' },
    children: null,
  },
  {
    name: 'queues',
    primaryKey: ['sid'],
    cursorField: null,
    fields: schemas.queues,
    list: { ...accountList, place: subresource('queues'), dataField: 'queues' },
    children: null,
  },
]
