import { openCollection } from '../collection.ts'
import { isoSecond } from '../dates.ts'
import { isoDates, linksOf, objectWriter, otherSid, phoneNumber, pick, urlOf } from '../made.ts'
import type { Resource } from '../resource.ts'

export const conversations: Resource = {
  name: 'conversations',
  host: 'conversations',
  path: '/v1/Conversations',
  key: 'conversations',
  pageSizeMax: 100,
  sidPrefix: 'CH',
  dates: [
    {
      from: 'StartDate',
      until: 'EndDate',
      untilRule: 'day',
      second: (collection, index) => collection.timeline.second(index),
      spreadSeconds: 0,
    },
  ],
  equals: { State: 'state' },
  writer: (collection) =>
    objectWriter((index) => ({
      account_sid: collection.account.sid,
      chat_service_sid: otherSid('IS', collection, 0),
      messaging_service_sid: otherSid('MG', collection, 0),
      sid: collection.id(index),
      friendly_name: index % 4 === 0 ? null : `Conversation ${index + 1}`,
      unique_name: null,
      attributes: '{"topic":"Rückfrage"}',
      state: pick(['active', 'inactive', 'closed'], collection.hash(index)),
      ...isoDates(collection, index),
      timers: {},
      url: urlOf(collection, index),
      links: linksOf(collection, index, ['Participants', 'Messages', 'Webhooks', 'Export']),
      bindings: {},
    })),
}

export const conversationMessages: Resource = {
  name: 'conversation_messages',
  host: 'conversations',
  path: '/v1/Conversations/{conversations}/Messages',
  key: 'messages',
  pageSizeMax: 100,
  sidPrefix: 'IM',
  order: 'oldest first',
  writer: (collection) =>
    objectWriter((index) => ({
      account_sid: collection.account.sid,
      conversation_sid: collection.parents[0]?.id ?? null,
      sid: collection.id(index),
      index,
      author: pick(['alice', 'bob'], collection.hash(index)),
      body: `Message ${index} ✓`,
      media: null,
      attributes: '{}',
      participant_sid: otherSid('MB', collection, index),
      ...isoDates(collection, index),
      url: urlOf(collection, index),
      delivery: null,
      links: linksOf(collection, index, ['Receipts', 'ChannelMetadata']),
      content_sid: null,
    })),
}

export const conversationParticipants: Resource = {
  name: 'conversation_participants',
  host: 'conversations',
  path: '/v1/Conversations/{conversations}/Participants',
  key: 'participants',
  pageSizeMax: 100,
  sidPrefix: 'MB',
  writer: (collection) =>
    objectWriter((index) => ({
      account_sid: collection.account.sid,
      conversation_sid: collection.parents[0]?.id ?? null,
      sid: collection.id(index),
      identity: index === 0 ? 'agent' : null,
      attributes: '{}',
      messaging_binding:
        index === 0
          ? null
          : { type: 'sms', address: phoneNumber(collection.hash(index)), proxy_address: '+14155550100' },
      role_sid: otherSid('RL', collection, 0),
      ...isoDates(collection, index),
      url: urlOf(collection, index),
      last_read_message_index: index === 0 ? 3 : null,
      last_read_timestamp: null,
    })),
}

export const services: Resource = {
  name: 'services',
  host: 'conversations',
  path: '/v1/Services',
  key: 'services',
  pageSizeMax: 100,
  sidPrefix: 'IS',
  writer: (collection) =>
    objectWriter((index) => ({
      account_sid: collection.account.sid,
      sid: collection.id(index),
      friendly_name: `Service ${index + 1}`,
      ...isoDates(collection, index),
      url: urlOf(collection, index),
      links: linksOf(collection, index, ['Conversations', 'Users', 'Roles', 'Bindings', 'Configuration']),
    })),
}

export const roles: Resource = {
  name: 'roles',
  host: 'conversations',
  path: '/v1/Services/{services}/Roles',
  key: 'roles',
  pageSizeMax: 50,
  sidPrefix: 'RL',
  writer: (collection) =>
    objectWriter((index) => ({
      sid: collection.id(index),
      account_sid: collection.account.sid,
      chat_service_sid: collection.parents[0]?.id ?? null,
      friendly_name: `Role ${index + 1}`,
      type: pick(['conversation', 'service'], collection.hash(index)),
      permissions: ['sendMessage', 'leaveConversation'],
      ...isoDates(collection, index),
      url: urlOf(collection, index),
    })),
}

export const users: Resource = {
  name: 'users',
  host: 'conversations',
  path: '/v1/Users',
  key: 'users',
  pageSizeMax: 50,
  sidPrefix: 'US',
  writer: (collection) =>
    objectWriter((index) => ({
      sid: collection.id(index),
      account_sid: collection.account.sid,
      chat_service_sid: otherSid('IS', collection, 0),
      role_sid: otherSid('RL', collection, 0),
      identity: `user${index}`,
      friendly_name: `User ${index}`,
      attributes: '{}',
      is_online: collection.hash(index) % 2 === 0,
      is_notifiable: null,
      ...isoDates(collection, index),
      url: urlOf(collection, index),
      links: linksOf(collection, index, ['Conversations']),
    })),
}

/** The account's first conversations: the user is in as many as the size says on average. */
export const userConversations: Resource = {
  name: 'user_conversations',
  host: 'conversations',
  path: '/v1/Users/{users}/Conversations',
  key: 'conversations',
  pageSizeMax: 50,
  sidPrefix: 'CH',
  timeline: (place) => {
    const { timeline } = openCollection(conversations, { ...place, parents: [] })
    const user = place.parents[0]
    const size = place.account.sizes.user_conversations ?? 0
    const count = user === undefined ? 0 : user.collection.hash(user.index) % (2 * size + 1)
    return { count: Math.min(count, timeline.count), second: timeline.second }
  },
  ids: (place) => {
    const all = openCollection(conversations, { ...place, parents: [] })
    const shown = Math.min(all.timeline.count, 2 * (place.account.sizes.user_conversations ?? 0))
    return Array.from({ length: shown }, (_, index) => all.id(index))
  },
  writer: (collection) =>
    objectWriter((index) => ({
      account_sid: collection.account.sid,
      chat_service_sid: otherSid('IS', collection, 0),
      conversation_sid: collection.id(index),
      unread_messages_count: collection.hash(index) % 9,
      last_read_message_index: null,
      participant_sid: otherSid('MB', collection, index),
      user_sid: collection.parents[0]?.id ?? null,
      friendly_name: `Conversation ${index + 1}`,
      conversation_state: pick(['active', 'inactive', 'closed'], collection.hash(index)),
      timers: { date_closed: isoSecond(collection.timeline.second(index) + 86_400) },
      attributes: '{}',
      ...isoDates(collection, index),
      created_by: 'system',
      notification_level: 'default',
      unique_name: null,
      url: urlOf(collection, index),
      links: {
        participant: `${collection.world.origin}/conversations/v1/Conversations/${collection.id(index)}/Participants`,
        conversation: `${collection.world.origin}/conversations/v1/Conversations/${collection.id(index)}`,
      },
    })),
}
