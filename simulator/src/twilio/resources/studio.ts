import { isoDates, linksOf, objectWriter, otherSid, phoneNumber, pick, urlOf } from '../made.ts'
import type { Resource } from '../resource.ts'

export const flows: Resource = {
  name: 'flows',
  host: 'studio',
  path: '/v1/Flows',
  key: 'flows',
  pageSizeMax: 1000,
  sidPrefix: 'FW',
  writer: (collection) =>
    objectWriter((index) => ({
      sid: collection.id(index),
      account_sid: collection.account.sid,
      friendly_name: `Flow ${index + 1}`,
      status: pick(['published', 'draft'], collection.hash(index)),
      version: 1 + (collection.hash(index) % 9),
      ...isoDates(collection, index),
      url: urlOf(collection, index),
      links: linksOf(collection, index, ['Engagements', 'Executions']),
    })),
}

export const executions: Resource = {
  name: 'executions',
  host: 'studio',
  path: '/v1/Flows/{flows}/Executions',
  key: 'executions',
  pageSizeMax: 1000,
  sidPrefix: 'FN',
  // "On or after" the one, "before" the other, as documented.
  dates: [
    {
      from: 'DateCreatedFrom',
      until: 'DateCreatedTo',
      untilRule: 'before',
      second: (collection, index) => collection.timeline.second(index),
      spreadSeconds: 0,
    },
  ],
  writer: (collection) =>
    objectWriter((index) => ({
      sid: collection.id(index),
      account_sid: collection.account.sid,
      flow_sid: collection.parents[0]?.id ?? null,
      contact_sid: otherSid('FC', collection, index),
      contact_channel_address: phoneNumber(collection.hash(index)),
      context: {},
      status: pick(['ended', 'ended', 'active'], collection.hash(index)),
      ...isoDates(collection, index),
      url: urlOf(collection, index),
      links: linksOf(collection, index, ['Steps', 'Context']),
    })),
}

export const steps: Resource = {
  name: 'step',
  host: 'studio',
  path: '/v1/Flows/{flows}/Executions/{executions}/Steps',
  key: 'steps',
  pageSizeMax: 1000,
  sidPrefix: 'FT',
  writer: (collection) =>
    objectWriter((index) => ({
      sid: collection.id(index),
      account_sid: collection.account.sid,
      flow_sid: collection.parents[0]?.id ?? null,
      execution_sid: collection.parents[1]?.id ?? null,
      parent_step_sid: null,
      name: index === 0 ? 'Trigger' : 'incomingMessage',
      context: {},
      transitioned_from: index === 0 ? 'Trigger' : `widget_${index}`,
      transitioned_to: `widget_${index + 1}`,
      type: 'send-message',
      ...isoDates(collection, index),
      url: urlOf(collection, index),
      links: linksOf(collection, index, ['Context']),
    })),
}
