import { rfc2822 } from '../dates.ts'
import { memberPath, objectWriter, otherSid, pick, rfc2822Dates, uriOf } from '../made.ts'
import type { Resource } from '../resource.ts'

export const recordings: Resource = {
  name: 'recordings',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/Recordings.json',
  key: 'recordings',
  pageSizeMax: 1000,
  sidPrefix: 'RE',
  dates: [
    {
      exact: 'DateCreated',
      from: 'DateCreated>',
      until: 'DateCreated<',
      untilRule: 'day',
      second: (collection, index) => collection.timeline.second(index),
      spreadSeconds: 0,
    },
  ],
  equals: { CallSid: 'call_sid', ConferenceSid: 'conference_sid' },
  writer: (collection) =>
    objectWriter((index) => {
      const hash = collection.hash(index)
      const path = memberPath(collection, index)
      return {
        account_sid: collection.account.sid,
        api_version: '2010-04-01',
        call_sid: otherSid('CA', collection, index),
        conference_sid: null,
        ...rfc2822Dates(collection, index),
        start_time: rfc2822(collection.timeline.second(index)),
        duration: String(hash % 900),
        sid: collection.id(index),
        price: hash % 4 === 0 ? null : '-0.00250',
        price_unit: 'USD',
        status: 'completed',
        channels: 1 + (hash % 2),
        source: pick(['DialVerb', 'OutboundAPI', 'RecordVerb'], hash >>> 3),
        error_code: null,
        uri: `${path}.json`,
        encryption_details: null,
        subresource_uris: {
          add_on_results: `${path}/AddOnResults.json`,
          transcriptions: `${path}/Transcriptions.json`,
        },
        media_url: `${collection.world.origin}/api${path}`,
      }
    }),
}

export const transcriptions: Resource = {
  name: 'transcriptions',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/Transcriptions.json',
  key: 'transcriptions',
  pageSizeMax: 1000,
  sidPrefix: 'TR',
  writer: (collection) =>
    objectWriter((index) => ({
      account_sid: collection.account.sid,
      api_version: '2010-04-01',
      ...rfc2822Dates(collection, index),
      duration: String(collection.hash(index) % 120),
      price: -0.05,
      price_unit: 'USD',
      recording_sid: otherSid('RE', collection, index),
      sid: collection.id(index),
      status: 'completed',
      transcription_text: 'Please call me back.',
      type: 'fast',
      uri: uriOf(collection, index),
    })),
}
