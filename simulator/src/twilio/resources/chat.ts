import { isoDates, linksOf, objectWriter, otherSid, pick, urlOf } from '../made.ts'
import type { Resource } from '../resource.ts'

/** Programmable Chat, which older readers ask for services and roles. */
export const chatServices: Resource = {
  name: 'chat_services',
  host: 'chat',
  path: '/v2/Services',
  key: 'services',
  pageSizeMax: 100,
  sidPrefix: 'IS',
  writer: (collection) =>
    objectWriter((index) => ({
      sid: collection.id(index),
      account_sid: collection.account.sid,
      friendly_name: `Service ${index + 1}`,
      ...isoDates(collection, index),
      default_service_role_sid: otherSid('RL', collection, 0),
      default_channel_role_sid: otherSid('RL', collection, 1),
      default_channel_creator_role_sid: otherSid('RL', collection, 2),
      read_status_enabled: true,
      reachability_enabled: false,
      typing_indicator_timeout: 5,
      consumption_report_interval: 10,
      limits: { channel_members: 100, user_channels: 250 },
      pre_webhook_url: null,
      post_webhook_url: null,
      webhook_method: null,
      webhook_filters: null,
      pre_webhook_retry_count: 0,
      post_webhook_retry_count: 0,
      notifications: {},
      media: { size_limit_mb: 150 },
      url: urlOf(collection, index),
      links: linksOf(collection, index, ['Channels', 'Users', 'Roles', 'Bindings']),
    })),
}

export const chatRoles: Resource = {
  name: 'chat_roles',
  host: 'chat',
  path: '/v2/Services/{chat_services}/Roles',
  key: 'roles',
  pageSizeMax: 50,
  sidPrefix: 'RL',
  writer: (collection) =>
    objectWriter((index) => ({
      sid: collection.id(index),
      account_sid: collection.account.sid,
      service_sid: collection.parents[0]?.id ?? null,
      friendly_name: `Role ${index + 1}`,
      type: pick(['channel', 'deployment'], collection.hash(index)),
      permissions: ['sendMessage'],
      ...isoDates(collection, index),
      url: urlOf(collection, index),
    })),
}
