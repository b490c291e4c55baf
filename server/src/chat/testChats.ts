import assert from 'node:assert/strict'
import { FakeClock } from '../../test/fakeClock.ts'
import { START } from '../../test/sampleMessages.ts'
import { acceptAll, type Script, ScriptedCarrier } from '../../test/scriptedCarrier.ts'
import { createTestEngine } from '../../test/testEngine.ts'
import type { OnDoubt, Receipt } from '../carriers/carrier.ts'
import type { Database } from '../db/database.ts'
import { createIds } from '../ids.ts'
import type { E164 } from '../numbers/address.ts'
import { parseNumber } from '../numbers/parseNumber.ts'
import type { Busy, ChatChannel, ChatMessage, ChatOrder, ChatStep, ClaimFor, Repeated } from './chat.ts'
import { chatFollower } from './chatFollower.ts'
import type { ChatHappening } from './chatHappening.ts'
import { createChats } from './chats.ts'
import type { ChatDependencies } from './moveChats.ts'
import { recordChatInbound } from './recordChatInbound.ts'
import { recordSeen } from './recordSeen.ts'
import { createChatSweeper } from './sweepChats.ts'

export interface TestChatsOptions {
  readonly db: Database
  readonly clock?: FakeClock
  readonly nodeId?: string
  /** What the carrier of each channel does; it takes everything when absent. */
  readonly scripts?: Partial<Record<ChatChannel, Script>>
  readonly onDoubt?: OnDoubt
  /** Channels that no route leads to. */
  readonly unroutable?: readonly ChatChannel[]
}

export type TestChats = ReturnType<typeof createTestChats>

/** Chats over a real engine on a fake clock, with one scripted carrier a channel, as one node has them. */
export function createTestChats({ db, clock = new FakeClock(START), nodeId = 'node-1', ...options }: TestChatsOptions) {
  const newId = createIds(clock)
  const { onDoubt = 'resend' } = options
  const carrier = (channel: ChatChannel) =>
    new ScriptedCarrier(channel, { onDoubt, script: options.scripts?.[channel] ?? acceptAll })
  const carriers = { sms: carrier('sms'), whatsapp: carrier('whatsapp'), echo: carrier('echo') }
  const dependencies: ChatDependencies = {
    intake: () => engine.intake,
    settings: { stepWaitMs: () => STEP_WAIT_MS },
    notify(tx, happenings) {
      tx.run(TELL, [JSON.stringify(happenings.map((one) => [newId(), chatIdOf(one), JSON.stringify(one)]))])
      return () => {}
    },
  }
  const engine = createTestEngine({
    db,
    clock,
    nodeId,
    carriers: Object.values(carriers),
    routesFor: ({ channel }) => (options.unroutable?.some((one) => one === channel) ? [] : [channel]),
    follower: chatFollower(dependencies),
  })
  const { commits } = engine
  const seen = commits.add(recordSeen(dependencies))
  const files: unknown[] = []
  const inbounds = commits.add(
    recordChatInbound({
      newId,
      notify: dependencies.notify,
      ownerOf: ({ to }) => (to === WHATSAPP_NUMBER ? 'acme' : null),
      media: {
        remote(_tx, file) {
          files.push(file)
          return `media-${files.length}`
        },
      },
      observe: () => {},
    }),
  )
  const troubles: unknown[] = []
  return {
    ...engine,
    carriers,
    troubles,
    /** Media to be fetched. */
    files,
    seen,
    inbounds,
    chats: createChats({ ...dependencies, db, clock, newId, commits }),
    sweeper: createChatSweeper({ db, clock, seen, trouble: (error) => troubles.push(error) }),

    /** Sends one, which must be accepted. */
    async send(steps: readonly ChatStep[], over: Partial<ChatOrder> = {}): Promise<ChatMessage> {
      const sent = await this.chats.send(orderOf(steps, over), null)
      assert.ok(sent.kind === 'accepted')
      return sent.message
    },

    async read(id: string): Promise<ChatMessage> {
      return (await this.chats.read('acme', id)) ?? assert.fail(`there is no ${id}`)
    },

    /** 'whatsapp dispatched', 'sms success' … */
    async history(id: string): Promise<string[]> {
      const events = (await this.chats.events('acme', id)) ?? assert.fail(`there is no ${id}`)
      return events.map(({ channel, state }) => `${channel} ${state}`)
    },

    /** As the history, of what customers were told. */
    async told(id: string): Promise<string[]> {
      const happenings = await toldOf(db, id)
      return happenings.map((one) => (one.kind === 'inbound' ? 'inbound' : `${one.channel} ${one.event}`))
    },

    /** The word of a channel's carrier on what a chat sent over it. */
    async report(
      id: string,
      channel: ChatChannel,
      state: Receipt['state'],
      over: Partial<Receipt> = {},
    ): Promise<void> {
      const { carrierId, carrierMessageId } = await this.submitted(id, channel)
      const errorCode = state === 'delivered' ? '0000' : '0001'
      await this.receive({ carrierId, carrierMessageId, state, errorCode, doneAt: clock.now(), ...over })
    },

    /** Resolves once a channel's carrier has what a chat sent over it. */
    async submitted(id: string, channel: ChatChannel): Promise<CarrierId> {
      let found: CarrierId | null = null
      await this.until(async () => {
        found = await carrierIdOf(db, id, channel)
        return found !== null
      })
      return found ?? assert.fail()
    },

    /** The person reads what came over a channel. */
    async look(id: string, channel: ChatChannel): Promise<boolean> {
      return this.lookAt(await this.submitted(id, channel))
    },

    lookAt(source: CarrierId): Promise<boolean> {
      const report = { ...source, at: clock.now() }
      return new Promise((answer) => {
        seen.push({ report, receivedAt: clock.now(), orphan: false, answer })
      })
    },
  }
}

export const STEP_WAIT_MS = 300_000
export const WHATSAPP_NUMBER = '4930123456'

const TELL = 'insert into told (id, chat_id, body) select value->>0, value->>1, value->>2 from rows($1)'

/** Where the tests note what customers would be told, in the transaction that would tell them. */
export async function prepareTold(db: Database): Promise<void> {
  await db.write((tx) => tx.run('create table told (id text primary key, chat_id text not null, body text not null)'))
}

export async function toldOf(db: Database, chatId: string): Promise<ChatHappening[]> {
  const rows = await db.read('select body from told where chat_id = $1 order by id', [chatId])
  return rows.map((row) => JSON.parse(String(row.body)) as ChatHappening)
}

function chatIdOf(happening: ChatHappening): string {
  return happening.kind === 'status' ? happening.message.id : happening.inbound.id
}

interface CarrierId {
  readonly carrierId: string
  readonly carrierMessageId: string
}

/** Under which the carrier of a channel knows what a chat sent over it. Null: it has nothing yet. */
async function carrierIdOf(db: Database, chatId: string, channel: ChatChannel): Promise<CarrierId | null> {
  const [row] = await db.read(SEGMENT, [chatId, channel])
  return row === undefined
    ? null
    : { carrierId: String(row.carrier_id), carrierMessageId: String(row.carrier_message_id) }
}

const SEGMENT = `
select segments.carrier_id as carrier_id, segments.carrier_message_id as carrier_message_id
from messages join segments on segments.message_id = messages.id
where messages.origin = 'chat' and messages.origin_id = $1 and messages.channel = $2
  and segments.carrier_message_id is not null
order by segments.submission desc limit 1`

export function textStep(channel: ChatChannel, over: Partial<ChatStep> = {}): ChatStep {
  return {
    channel,
    sender: channel === 'whatsapp' ? WHATSAPP_NUMBER : 'Heliograph',
    content: { kind: 'text', text: `over ${channel}` },
    waitMs: null,
    replyBack: false,
    ...over,
  }
}

export function orderOf(steps: readonly ChatStep[], over: Partial<ChatOrder> = {}): ChatOrder {
  return {
    accountId: 'acme',
    recipient: recipient(),
    steps,
    stored: { to: '+4915112345678' },
    context: null,
    callbackUrl: null,
    ...over,
  }
}

/** Claims a key for an answer that says all of what was accepted. */
export function claim(requestHash = 'hash', key = 'key'): ClaimFor<object> {
  return (accepted) => ({ key, requestHash, response: JSON.stringify(accepted) })
}

/** Of sends with one key, which all claim it as `claim` does. */
export function expectOneSent(sent: readonly ({ readonly kind: 'accepted' } | Repeated | Busy)[]): void {
  const [accepted, ...more] = sent.filter(({ kind }) => kind === 'accepted')
  assert.ok(accepted !== undefined && more.length === 0, 'one is sent')
  const answers = sent.flatMap((one) => (one.kind === 'repeated' ? one.earlier.response : []))
  assert.deepEqual(answers, Array(sent.length - 1).fill(JSON.stringify(accepted)))
}

function recipient(): E164 {
  return parseNumber('+4915112345678') ?? assert.fail('the sample number is none')
}
