import * as schemas from '../schemas/conversations.ts'
import { type Children, type List, path, type StreamDeclaration } from './declaration.ts'

const wholes = { primaryKey: ['sid'], cursorField: null, children: null } as const
const top = { host: 'conversations', recordKey: ['sid'], under: null, windows: null } as const satisfies Partial<List>
const below = { host: 'conversations', recordKey: ['sid'] } as const satisfies Partial<Children>

const conversationsList: List = {
  ...top,
  place: path('/v1/Conversations'),
  dataField: 'conversations',
  pageSize: 100,
}
const usersList: List = { ...top, place: path('/v1/Users'), dataField: 'users', pageSize: 50 }
const servicesList: List = { ...top, place: path('/v1/Services'), dataField: 'services', pageSize: 100 }

export const conversationStreams: readonly StreamDeclaration[] = [
  { ...wholes, name: 'conversations', fields: schemas.conversations, list: conversationsList },
  {
    ...wholes,
    name: 'conversation_messages',
    fields: schemas.conversationMessages,
    list: conversationsList,
    children: { ...below, place: path('/v1/Conversations/{sid}/Messages'), dataField: 'messages', pageSize: 100 },
  },
  {
    ...wholes,
    name: 'conversation_participants',
    fields: schemas.conversationParticipants,
    list: conversationsList,
    children: {
      ...below,
      place: path('/v1/Conversations/{sid}/Participants'),
      dataField: 'participants',
      pageSize: 100,
    },
  },
  { ...wholes, name: 'users', fields: schemas.users, list: usersList },
  {
    ...wholes,
    name: 'user_conversations',
    primaryKey: ['user_sid', 'conversation_sid'],
    fields: schemas.userConversations,
    list: usersList,
    children: {
      ...below,
      place: path('/v1/Users/{sid}/Conversations'),
      dataField: 'conversations',
      pageSize: 50,
      recordKey: ['user_sid', 'conversation_sid'],
    },
  },
  { ...wholes, name: 'services', fields: schemas.services, list: servicesList },
  {
    ...wholes,
    name: 'roles',
    fields: schemas.roles,
    list: servicesList,
    children: { ...below, place: path('/v1/Services/{sid}/Roles'), dataField: 'roles', pageSize: 50 },
  },
]
