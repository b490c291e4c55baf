import { encodeSegment } from '@heliograph/text/encodeSegment'
import { isGsm7 } from '@heliograph/text/gsm0338'
import { segmentText } from '@heliograph/text/segmentText'
import type { InboundPart } from '../src/carriers/carrier.ts'
import type { Clock } from '../src/clock.ts'
import type { Database } from '../src/db/database.ts'
import { GroupCommit } from '../src/db/groupCommit.ts'
import { createIds } from '../src/ids.ts'
import type { ReceivedMessage } from '../src/inbound/inboundMessage.ts'
import type { InboundTally } from '../src/inbound/keepInbound.ts'
import { type KeywordReply, OptOuts } from '../src/inbound/optOuts.ts'
import { createOwners } from '../src/inbound/owners.ts'
import { recordInbound } from '../src/inbound/recordInbound.ts'
import { createInboundSweeper } from '../src/inbound/sweepSets.ts'

export const OUR_NUMBER = '+4930123456'
export const US_NUMBER = '+14155550100'
export const HANDSET = '+4915112345678'
export const REPLIES = { stop: 'Bye', start: 'Hi', help: 'Help' }

const TARGET = { url: 'https://acme.example/sms', method: 'POST' } as const

/** Whose numbers are whose in tests: two of acme, one of them American, and one of other. */
export const ownerOf = createOwners([
  {
    id: 'acme',
    optOutReplies: REPLIES,
    numbers: [
      { number: OUR_NUMBER, inbound: TARGET, optOut: 'auto' },
      { number: US_NUMBER, inbound: null, optOut: 'auto' },
    ],
  },
  { id: 'other', optOutReplies: REPLIES, numbers: [{ number: '+493055', inbound: null, optOut: 'on' }] },
])

export type InboundRig = ReturnType<typeof createInboundRig>

/** One node as far as receiving goes, with what it announced and replied. Nothing is called. */
export function createInboundRig({ db, clock }: { db: Database; clock: Clock }) {
  const newId = createIds(clock)
  const commits = new GroupCommit({ db, clock })
  const announced: ReceivedMessage[] = []
  const replies: KeywordReply[] = []
  const tallies: InboundTally[] = []
  const troubles: unknown[] = []
  const trouble = (error: unknown) => troubles.push(error)
  const optOuts = new OptOuts({ db, clock, newId, reply: (reply) => replies.push(reply), trouble })
  const dependencies = {
    newId,
    optOuts,
    ownerOf,
    networkOf: (sender: string) => (sender.startsWith('+49') ? '26201' : null),
    announce: (_tx: unknown, received: readonly ReceivedMessage[]) => () => {
      announced.push(...received)
    },
    observe: (tally: InboundTally) => {
      tallies.push(tally)
    },
  }
  const queue = commits.add(recordInbound(dependencies))
  const sweeper = createInboundSweeper({ ...dependencies, db, clock, retentionMs: 30 * 86_400_000, trouble })

  return {
    commits,
    optOuts,
    sweeper,
    announced,
    replies,
    tallies,
    troubles,

    /** Resolves with the answers that the carrier gets, once all are given. */
    async receive(...parts: readonly InboundPart[]): Promise<boolean[]> {
      return Promise.all(
        parts.map(
          (part) =>
            new Promise<boolean>((answer) => {
              if (!queue.push({ part, receivedAt: clock.now(), answer })) answer(false)
            }),
        ),
      )
    },

    bodies: () => announced.map(({ message }) => message.body),
  }
}

/** A message of one part from the handset to our number. */
export function inboundPart(over: Partial<InboundPart> = {}): InboundPart {
  return {
    carrierId: 'A',
    from: HANDSET,
    to: OUR_NUMBER,
    payload: Buffer.from('Hello'),
    dataCoding: 0,
    concat: null,
    ...over,
  }
}

/** The parts of a long text, as a handset writes it. */
export function inboundParts(text: string, reference: number, over: Partial<InboundPart> = {}): InboundPart[] {
  return segmentText(text, isGsm7(text) ? 'gsm7' : 'ucs2').map((segment) => {
    const { userData, dataCoding } = encodeSegment(segment, reference)
    const { number, total } = segment
    return inboundPart({
      payload: userData,
      dataCoding,
      concat: { reference, referenceBits: 16, total, number },
      ...over,
    })
  })
}

/** A text that needs so many parts, each of which says which it is. */
export function textOfInboundParts(parts: number, mark = ''): string {
  return Array.from({ length: parts }, (_, index) =>
    `${mark}${index + 1}.`.padEnd(index + 1 < parts ? 152 : 10, '-'),
  ).join('')
}

export function permutationsOf<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item, index) =>
    permutationsOf([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  )
}
