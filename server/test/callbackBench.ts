import { createCallbacks, type RunningCallbacks } from '../src/callbacks/callbacks.ts'
import { createFlows, type Flows } from '../src/callbacks/flows.ts'
import type { ChatMessage } from '../src/chat/chat.ts'
import type { ChatHappening, ChatStatusHappening } from '../src/chat/chatHappening.ts'
import type { ChatInbound } from '../src/chat/chatInbound.ts'
import type { Database } from '../src/db/database.ts'
import type { AfterCommit } from '../src/db/groupCommit.ts'
import type { ReceivedMessage } from '../src/inbound/inboundMessage.ts'
import type { E164 } from '../src/numbers/address.ts'
import { announce } from '../src/webhooks/announce.ts'
import { createTestSealer } from './testSealer.ts'
import { waitFor } from './waitFor.ts'
import { createWebhookBench, type WebhookBench } from './webhookBench.ts'

export interface CallbackBench extends WebhookBench {
  readonly callbacks: RunningCallbacks
  readonly flows: Flows
  readonly troubles: readonly string[]
  /** Announced and committed, then called. */
  happen(...happenings: readonly ChatHappening[]): Promise<void>
  receiveSms(...received: readonly ReceivedMessage[]): Promise<void>
  /** Moves the clock on second by second until the condition holds. */
  pass(condition: () => boolean | Promise<boolean>): Promise<void>
  stop(): Promise<void>
}

/** A node that tells customers of conversations: a real store and real calls, on a clock that the test moves. */
export async function startCallbackBench(
  db: Database,
  { nodeId = 'node-1', key = Buffer.alloc(32, 'test') }: { nodeId?: string; key?: Buffer } = {},
): Promise<CallbackBench> {
  const troubles: string[] = []
  const bench = createWebhookBench(db, { nodeId, sign: (call) => callbacks.sign(call) })
  const { clock, newId, subscriptions, engine } = bench
  const callbacks = createCallbacks({
    db,
    clock,
    newId,
    sealer: createTestSealer(key),
    subscriptions,
    baseUrl: () => 'https://heliograph.example',
    owe(tx, deliveries) {
      announce(tx, deliveries, { nodeId, now: clock.now() })
      return () => engine.offer(deliveries)
    },
    trouble: (error) => troubles.push(String(error)),
  })
  const commit = async (write: (tx: Parameters<RunningCallbacks['announce']>[0]) => AfterCommit) =>
    (await db.write(write))()
  await subscriptions.start()
  await callbacks.start()
  await engine.start()
  return {
    ...bench,
    callbacks,
    flows: createFlows({ db, clock, newId, subscriptions }),
    troubles,
    happen: (...happenings) => commit((tx) => callbacks.announce(tx, happenings)),
    receiveSms: (...received) => commit((tx) => callbacks.announceInboundSms(tx, received)),
    pass: (condition) =>
      waitFor(async () => {
        if (await condition()) return true
        clock.advance(1_000)
        return false
      }),
    async stop() {
      await engine.stop(0)
      await callbacks.stop()
      await subscriptions.stop()
    },
  }
}

/** 11 January 2026, 08:30:05 UTC. */
const AT = Date.UTC(2026, 0, 11, 8, 30, 5, 250)

export function sampleStatus(
  over: Partial<Omit<ChatStatusHappening, 'message'>> = {},
  message: Partial<ChatMessage> = {},
): ChatStatusHappening {
  return {
    kind: 'status',
    message: {
      id: '77185196-664a-43ec-b14a-fe97036c697f',
      accountId: 'acme',
      recipient: '+4915201234567' as E164,
      steps: [],
      step: 0,
      status: 'delivered',
      channel: 'whatsapp',
      stored: {},
      context: null,
      callbackUrl: null,
      bulkId: null,
      acceptedAt: AT,
      updatedAt: AT,
      finishedAt: AT,
      error: null,
      ...message,
    },
    event: 'delivered',
    at: AT,
    channel: 'whatsapp',
    number: '+49301234567',
    details: null,
    ...over,
  }
}

export function sampleInbound(over: Partial<ChatInbound> = {}): ChatInbound {
  return {
    id: '77185196-664a-43ec-b14a-fe97036c697e',
    accountId: 'acme',
    channel: 'whatsapp',
    from: '+4915201234567',
    to: '+49301234567',
    at: AT,
    recordedAt: AT,
    senderName: null,
    content: { kind: 'text', text: 'Hi' },
    contextMessageId: null,
    forwarded: false,
    sms: null,
    ...over,
  }
}

export function sampleSms(over: Partial<ReceivedMessage['message']> = {}): ReceivedMessage {
  const message = {
    id: '77185196-664a-43ec-b14a-fe97036c697d',
    accountId: 'acme',
    sender: '+4915201234567',
    recipient: '+49301234567',
    body: 'Hi <...>',
    bodyIsHex: false,
    size: 2,
    missing: 1,
    mccmnc: '26201',
    carrierId: 'smsc',
    dataCoding: 0,
    receivedAt: AT,
    recordedAt: AT,
    setId: null,
    ...over,
  }
  const owner = { accountId: message.accountId, number: message.recipient, target: null, optOut: null }
  return { message, parts: [{ number: 1, receivedAt: AT }], owner }
}
