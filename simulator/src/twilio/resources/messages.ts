import { parseMoment } from '../dates.ts'
import { objectWriter, pick, rfc2822Dates, uriOf } from '../made.ts'
import { mediaCount, messageBytes, sendingSeconds, sentSecond } from '../messageBytes.ts'
import type { Resource } from '../resource.ts'
import { evenTimeline } from '../timeline.ts'
import { TwilioError } from '../twilioError.ts'

export const messages: Resource = {
  name: 'messages',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/Messages.json',
  key: 'messages',
  pageSizeMax: 1000,
  sidPrefix: (collection, index) => (mediaCount(collection.hash(index)) === 0 ? 'SM' : 'MM'),
  retentionDays: ({ messageRetentionDays }) => messageRetentionDays,
  dates: [
    {
      exact: 'DateSent',
      from: 'DateSent>',
      until: 'DateSent<',
      untilRule: 'day',
      second: sentSecond,
      spreadSeconds: sendingSeconds,
    },
  ],
  equals: { To: 'to', From: 'from' },
  refuse: ({ world, account }, query) => {
    const days = account.messageRetentionDays
    const oldest = world.clock.now() / 1000 - days * 86_400
    const asked = ['DateSent', 'DateSent>', 'DateSent<'].map((name) => parseMoment(query.get(name) ?? ''))
    if (!asked.some((moment) => moment !== null && moment.second < oldest)) return null
    const which = 'Date range specified in query is partially or entirely'
    return new TwilioError(400, 20004, `${which} outside of retention window of ${days} days`)
  },
  bytesWriter: messageBytes,
  writer: (collection) => {
    const { recordBytesMax, write } = messageBytes(collection)
    const record = Buffer.alloc(recordBytesMax)
    return (index) => record.toString('latin1', 0, write(index, record, 0))
  },
}

/** As many as the message's `num_media` says. */
export const messageMedia: Resource = {
  name: 'message_media',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/Messages/{messages}/Media.json',
  key: 'media_list',
  pageSizeMax: 1000,
  sidPrefix: 'ME',
  timeline: ({ parents }) => {
    const message = parents[0]
    if (message === undefined) return evenTimeline({ startSecond: 0, spanSeconds: 0, count: 0 })
    const { collection, index } = message
    const count = mediaCount(collection.hash(index))
    return evenTimeline({ startSecond: collection.timeline.second(index), spanSeconds: 2, count })
  },
  dates: [
    {
      exact: 'DateCreated',
      from: 'DateCreated>',
      until: 'DateCreated<',
      untilRule: 'midnight',
      second: (collection, index) => collection.timeline.second(index),
      spreadSeconds: 0,
    },
  ],
  writer: (collection) =>
    objectWriter((index) => ({
      sid: collection.id(index),
      account_sid: collection.account.sid,
      parent_sid: collection.parents[0]?.id ?? null,
      content_type: pick(['image/jpeg', 'image/png', 'video/mp4'], collection.hash(index)),
      ...rfc2822Dates(collection, index),
      uri: uriOf(collection, index),
    })),
}
