import type { Resource } from './resource.ts'
import * as accounts from './resources/accounts.ts'
import * as alerts from './resources/alerts.ts'
import * as chat from './resources/chat.ts'
import * as conversations from './resources/conversations.ts'
import * as messages from './resources/messages.ts'
import * as numbers from './resources/numbers.ts'
import * as pricing from './resources/pricing.ts'
import * as recordings from './resources/recordings.ts'
import * as studio from './resources/studio.ts'
import * as trunks from './resources/trunks.ts'
import * as usage from './resources/usage.ts'
import * as verify from './resources/verifyServices.ts'
import * as voice from './resources/voice.ts'

/** All that the fake has, by name. */
export const catalogue: ReadonlyMap<string, Resource> = new Map(
  [
    accounts.accounts,
    accounts.addresses,
    accounts.applications,
    accounts.keys,
    accounts.outgoingCallerIds,
    alerts.alerts,
    chat.chatRoles,
    chat.chatServices,
    conversations.conversationMessages,
    conversations.conversationParticipants,
    conversations.conversations,
    conversations.roles,
    conversations.services,
    conversations.userConversations,
    conversations.users,
    messages.messageMedia,
    messages.messages,
    numbers.availablePhoneNumberCountries,
    numbers.availablePhoneNumbersLocal,
    numbers.availablePhoneNumbersMobile,
    numbers.availablePhoneNumbersTollFree,
    numbers.dependentPhoneNumbers,
    numbers.incomingPhoneNumbers,
    pricing.messagingPricingCountries,
    pricing.phoneNumberPricingCountries,
    pricing.voicePricingCountries,
    recordings.recordings,
    recordings.transcriptions,
    studio.executions,
    studio.flows,
    studio.steps,
    trunks.trunks,
    usage.usageRecords,
    usage.usageTotals,
    usage.usageTriggers,
    verify.verifyServices,
    voice.calls,
    voice.conferenceParticipants,
    voice.conferences,
    voice.queues,
  ].map((resource) => [resource.name, resource]),
)

/** How many of each; under each parent that many on average. What is not here has no size of its own. */
export const defaultSizes = {
  addresses: 3,
  alerts: 120,
  applications: 2,
  available_phone_numbers_local: 20,
  available_phone_numbers_mobile: 10,
  available_phone_numbers_toll_free: 5,
  calls: 120,
  chat_roles: 3,
  chat_services: 2,
  conference_participants: 2,
  conferences: 20,
  conversation_messages: 6,
  conversation_participants: 2,
  conversations: 15,
  dependent_phone_numbers: 1,
  executions: 8,
  flows: 3,
  incoming_phone_numbers: 5,
  keys: 2,
  messages: 500,
  outgoing_caller_ids: 3,
  queues: 2,
  recordings: 60,
  roles: 3,
  services: 2,
  step: 3,
  transcriptions: 20,
  trunks: 2,
  usage_triggers: 2,
  user_conversations: 3,
  users: 10,
  verify_services: 3,
}

export type SizedName = keyof typeof defaultSizes
