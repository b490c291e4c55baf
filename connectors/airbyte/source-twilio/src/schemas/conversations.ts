import { table } from '../fields.ts'

export const conversations = table({
  strings: `
    sid account_sid chat_service_sid messaging_service_sid friendly_name unique_name attributes state
    url`,
  times: 'date_created date_updated',
  objects: 'timers bindings',
  within: { links: table({ strings: 'participants messages webhooks' }) },
})

export const conversationMessages = table({
  strings: 'sid account_sid conversation_sid body author participant_sid attributes content_sid url',
  times: 'date_created date_updated',
  integers: 'index',
  within: {
    delivery: table({ strings: 'sent delivered read failed undelivered', integers: 'total' }),
    links: table({ strings: 'delivery_receipts channel_metadata' }),
  },
  listsOf: { media: table({ strings: 'sid content_type filename', integers: 'size' }) },
})

export const conversationParticipants = table({
  strings: `
    account_sid conversation_sid sid identity attributes role_sid url last_read_message_index
    last_read_timestamp`,
  times: 'date_created date_updated',
  within: { messaging_binding: table({ strings: 'type address proxy_address' }) },
})

export const users = table({
  strings: 'friendly_name account_sid url role_sid sid attributes identity chat_service_sid',
  times: 'date_updated date_created',
  booleans: 'is_notifiable is_online',
  within: { links: table({ strings: 'user_conversations' }) },
})

export const userConversations = table({
  strings: `
    notification_level unique_name user_sid friendly_name conversation_sid created_by account_sid url
    attributes participant_sid conversation_state chat_service_sid`,
  times: 'date_created date_updated',
  integers: 'unread_messages_count last_read_message_index',
  within: { timers: table({ strings: 'chat_service_sid' }), links: table({ strings: 'conversation participant' }) },
})

export const services = table({
  strings: `
    account_sid default_channel_creator_role_sid default_channel_role_sid default_service_role_sid
    friendly_name post_webhook_url pre_webhook_url sid url webhook_method`,
  times: 'date_created date_updated',
  numbers: `
    consumption_report_interval pre_webhook_retry_count post_webhook_retry_count
    typing_indicator_timeout`,
  booleans: 'reachability_enabled read_status_enabled',
  lists: 'webhook_filters',
  within: {
    limits: table({ numbers: 'channel_members user_channels' }),
    links: table({ strings: 'channels users roles bindings' }),
    notifications: table({ strings: 'users' }),
    media: table({ strings: 'compatibility_message', numbers: 'size_limit_mb' }),
  },
})

export const roles = table({
  strings: 'sid account_sid service_sid friendly_name type url chat_service_sid',
  times: 'date_created date_updated',
  lists: 'permissions',
})
