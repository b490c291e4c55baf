import type { Collection } from '../collection.ts'
import { rfc2822 } from '../dates.ts'
import { laterSecond, memberPath, objectWriter, otherSid, phoneNumber, pick, rfc2822Dates, uriOf } from '../made.ts'
import type { DateFilter, Resource } from '../resource.ts'
import { evenTimeline } from '../timeline.ts'

/** A call ends up to so many seconds after it began. */
const callSeconds = 3600

const callStart = (collection: Collection, index: number) => collection.timeline.second(index)

/** Null: it goes on. A busy number ends at once. */
function callEnd(collection: Collection, index: number): number | null {
  const status = callStatus(collection, index)
  if (status === 'in-progress') return null
  const start = callStart(collection, index)
  return status === 'completed' ? laterSecond(collection, start, collection.hash(index) % (callSeconds + 1)) : start
}

function callStatus(collection: Collection, index: number) {
  return pick(['completed', 'completed', 'completed', 'busy', 'no-answer', 'in-progress'], collection.hash(index) >>> 3)
}

export const calls: Resource = {
  name: 'calls',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/Calls.json',
  key: 'calls',
  pageSizeMax: 1000,
  sidPrefix: 'CA',
  // "Before" a date and "on or after" a date, as documented.
  dates: [
    {
      exact: 'EndTime',
      from: 'EndTime>',
      until: 'EndTime<',
      untilRule: 'before',
      second: callEnd,
      spreadSeconds: callSeconds,
    },
    {
      exact: 'StartTime',
      from: 'StartTime>',
      until: 'StartTime<',
      untilRule: 'before',
      second: callStart,
      spreadSeconds: 0,
    },
  ],
  equals: { To: 'to', From: 'from', Status: 'status', ParentCallSid: 'parent_call_sid' },
  writer: (collection) =>
    objectWriter((index) => {
      const hash = collection.hash(index)
      const start = callStart(collection, index)
      const end = callEnd(collection, index)
      const status = callStatus(collection, index)
      const to = phoneNumber(hash)
      const path = memberPath(collection, index)
      const lists = ['Notifications', 'Recordings', 'Payments', 'Events', 'Siprec', 'Streams', 'Transcriptions']
      return {
        sid: collection.id(index),
        date_created: rfc2822(start),
        date_updated: rfc2822(end ?? start),
        parent_call_sid: null,
        account_sid: collection.account.sid,
        to,
        to_formatted: `(${to.slice(2, 5)}) ${to.slice(5, 8)}-${to.slice(8)}`,
        from: '+14155550100',
        from_formatted: '(415) 555-0100',
        phone_number_sid: otherSid('PN', collection, 0),
        status,
        start_time: rfc2822(start),
        end_time: end === null ? null : rfc2822(end),
        duration: end === null ? null : String(end - start),
        price: status === 'completed' ? '-0.01300' : null,
        price_unit: 'USD',
        direction: hash % 2 === 0 ? 'outbound-api' : 'inbound',
        answered_by: null,
        annotation: null,
        api_version: '2010-04-01',
        forwarded_from: null,
        group_sid: null,
        caller_name: null,
        queue_time: '0',
        trunk_sid: null,
        uri: `${path}.json`,
        subresource_uris: Object.fromEntries(lists.map((list) => [list.toLowerCase(), `${path}/${list}.json`])),
      }
    }),
}

/** `until` a date is "on or before midnight of this date", which ends with the date's first second. */
const createdOn: DateFilter = {
  exact: 'DateCreated',
  from: 'DateCreated>',
  until: 'DateCreated<',
  untilRule: 'midnight',
  second: (collection, index) => collection.timeline.second(index),
  spreadSeconds: 0,
}

export function conferenceStatus(collection: Collection, index: number) {
  return pick(['completed', 'completed', 'completed', 'in-progress', 'init'], collection.hash(index) >>> 5)
}

const conferenceSeconds = 7200

function conferenceUpdate(collection: Collection, index: number): number {
  return laterSecond(collection, collection.timeline.second(index), collection.hash(index) % (conferenceSeconds + 1))
}

export const conferences: Resource = {
  name: 'conferences',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/Conferences.json',
  key: 'conferences',
  pageSizeMax: 1000,
  sidPrefix: 'CF',
  dates: [
    createdOn,
    {
      exact: 'DateUpdated',
      from: 'DateUpdated>',
      until: 'DateUpdated<',
      untilRule: 'midnight',
      second: conferenceUpdate,
      spreadSeconds: conferenceSeconds,
    },
  ],
  equals: { FriendlyName: 'friendly_name', Status: 'status' },
  writer: (collection) =>
    objectWriter((index) => {
      const status = conferenceStatus(collection, index)
      const path = memberPath(collection, index)
      return {
        account_sid: collection.account.sid,
        date_created: rfc2822(collection.timeline.second(index)),
        date_updated: rfc2822(conferenceUpdate(collection, index)),
        api_version: '2010-04-01',
        friendly_name: `Room ${index % 10}`,
        region: pick(['us1', 'ie1'], collection.hash(index)),
        sid: collection.id(index),
        status,
        uri: `${path}.json`,
        subresource_uris: { participants: `${path}/Participants.json`, recordings: `${path}/Recordings.json` },
        ...(status === 'completed'
          ? {
              reason_conference_ended: 'last-participant-left',
              call_sid_ending_conference: otherSid('CA', collection, index),
            }
          : {}),
      }
    }),
}

/** Only conferences in progress have any. */
export const conferenceParticipants: Resource = {
  name: 'conference_participants',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/Conferences/{conferences}/Participants.json',
  key: 'participants',
  pageSizeMax: 1000,
  sidPrefix: 'CA',
  timeline: ({ account, parents }) => {
    const conference = parents[0]
    const goesOn =
      conference !== undefined && conferenceStatus(conference.collection, conference.index) === 'in-progress'
    const startSecond = conference?.collection.timeline.second(conference.index) ?? 0
    const count = goesOn ? (account.sizes.conference_participants ?? 0) : 0
    return evenTimeline({ startSecond, spanSeconds: 60, count })
  },
  writer: (collection) =>
    objectWriter((index) => ({
      account_sid: collection.account.sid,
      call_sid: collection.id(index),
      label: index === 0 ? 'host' : null,
      call_sid_to_coach: null,
      coaching: false,
      conference_sid: collection.parents[0]?.id ?? null,
      ...rfc2822Dates(collection, index),
      end_conference_on_exit: index === 0,
      muted: collection.hash(index) % 2 === 0,
      hold: false,
      start_conference_on_enter: true,
      status: 'connected',
      queue_time: '0',
      uri: uriOf(collection, index),
    })),
}

export const queues: Resource = {
  name: 'queues',
  host: 'api',
  path: '/2010-04-01/Accounts/{account}/Queues.json',
  key: 'queues',
  pageSizeMax: 1000,
  sidPrefix: 'QU',
  writer: (collection) =>
    objectWriter((index) => ({
      ...rfc2822Dates(collection, index),
      current_size: collection.hash(index) % 7,
      friendly_name: `Queue ${index + 1}`,
      uri: uriOf(collection, index),
      account_sid: collection.account.sid,
      average_wait_time: collection.hash(index) % 90,
      sid: collection.id(index),
      max_size: 100,
      subresource_uris: { members: `${memberPath(collection, index)}/Members.json` },
    })),
}
