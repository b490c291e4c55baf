import type { Clock } from '../clock.ts'
import type { Transaction } from '../db/database.ts'
import type { AfterCommit, BatchQueue } from '../db/groupCommit.ts'
import type { Sealer } from '../sealer.ts'
import type { Acceptance, WriteMessages } from './acceptMessages.ts'
import {
  type CallToAccept,
  type ChatToAccept,
  composeCall,
  composeChat,
  composeSms,
  type SmsToAccept,
  type Way,
} from './composeMessage.ts'
import type { Lifetimes } from './lifetimes.ts'
import type { ChannelName, Message } from './message.ts'
import { isFinal } from './status.ts'

/** The way in for every message, whoever asks for it: makes the message, and brings it to the store. */
export interface MessageIntake {
  /** The message an order asks for, with its network, route and price. Nothing is recorded. */
  composeSms(order: SmsToAccept): Message
  /** The same for our own answer to a keyword, which also goes to who has just opted out. */
  composeReply(order: SmsToAccept): Message
  composeCall(order: CallToAccept): Message
  composeChat(order: ChatToAccept): Message
  /** Records it; one of the acceptance's callbacks is called later, once. False: too many wait, nothing was taken. */
  accept(acceptance: MessageAcceptance): boolean
  /** Records messages with what they are sent for, in that transaction; call what it gives back after the commit. */
  write(tx: Transaction, messages: readonly Message[]): AfterCommit | Promise<AfterCommit>
}

export type MessageAcceptance = Omit<Acceptance, 'leasedBy'>

export interface MessageIntakeOptions {
  readonly clock: Clock
  readonly newId: () => string
  readonly nodeId: string
  readonly lifetimes: Lifetimes
  readonly sealer: Sealer
  readonly networkOf: (recipient: SmsToAccept['recipient']) => { readonly mccmnc: string } | null
  readonly routesFor: (message: RoutedMessage) => readonly string[]
  readonly priceOf: (message: RoutedMessage, now: number) => Price | null
  readonly noRoute: { readonly code: string; readonly reason: string }
  /** Whether the recipient wants no messages from the sender. */
  readonly optedOut: (accountId: string, sender: string, recipient: string) => boolean
  /** Where messages that are due at once go from memory. */
  readonly memory: {
    hasRoomFor(carrierId: string): boolean
    leftInTable(carrierId: string): void
  }
  readonly queue: BatchQueue<Acceptance>
  readonly writeMessages: WriteMessages
  readonly observe: { accepted(): void; refused(): void }
}

/** What routes and prices look at. */
export interface RoutedMessage {
  readonly channel: ChannelName
  readonly accountId: string
  readonly gateway: string
  readonly sender: string
  readonly recipient: string
  readonly mccmnc: string | null
}

type Price = { readonly price: string; readonly currency: string; readonly effectiveAt: number }

export function createMessageIntake(options: MessageIntakeOptions): MessageIntake {
  const { clock, newId, nodeId, lifetimes, sealer, networkOf, routesFor, priceOf, noRoute, memory, queue } = options
  const { observe, writeMessages } = options
  return {
    composeSms: (order) => sms(order, options.optedOut(order.accountId, order.sender.value, order.recipient)),
    composeReply: (order) => sms(order, false),

    composeCall(order) {
      const { accountId, recipient, caller } = order
      const routed = { accountId, gateway: 'DEFAULT', sender: caller ?? '', recipient, mccmnc: null }
      return composeCall(order, {
        ...setting(),
        mccmnc: null,
        price: null,
        way: wayOf({ channel: 'voice', ...routed }),
      })
    },

    composeChat(order) {
      const { channel, accountId, sender, recipient } = order
      const routed = { channel, accountId, gateway: 'DEFAULT', sender, recipient, mccmnc: null }
      return composeChat(order, { ...setting(), mccmnc: null, price: null, way: wayOf(routed) })
    },

    accept(acceptance) {
      if (queue.length >= ACCEPTS_WAITING_MAX) {
        observe.refused()
        return false
      }
      const { message } = acceptance
      return queue.push({
        message,
        idempotency: acceptance.idempotency,
        leasedBy: leaseOf(message),
        accepted(stored) {
          observe.accepted()
          acceptance.accepted(stored)
        },
        repeated: acceptance.repeated,
        failed(error) {
          observe.refused()
          acceptance.failed(error)
        },
      })
    },

    write(tx, messages) {
      const written = writeMessages(
        tx,
        messages.map((message) => ({ message, leasedBy: leaseOf(message) })),
      )
      return written instanceof Promise ? written.then(counted) : counted(written)

      function counted(callback: AfterCommit): AfterCommit {
        return () => {
          for (const _ of messages) observe.accepted()
          callback()
        }
      }
    },
  }

  /** The node that takes a new message into memory at once; null: it waits in the table, or goes nowhere. */
  function leaseOf({ status, scheduledAt, carrierId }: Message): string | null {
    if (isFinal(status) || scheduledAt !== null) return null
    if (memory.hasRoomFor(carrierId)) return nodeId
    memory.leftInTable(carrierId)
    return null
  }

  function sms(order: SmsToAccept, isUnwanted: boolean): Message {
    const { accountId, gateway, recipient } = order
    const mccmnc = networkOf(recipient)?.mccmnc ?? null
    const routed: RoutedMessage = {
      channel: 'sms',
      accountId,
      gateway,
      sender: order.sender.value,
      recipient,
      mccmnc,
    }
    const known = setting()
    return composeSms(order, {
      ...known,
      mccmnc,
      price: priceOf(routed, known.now),
      way: isUnwanted ? OPTED_OUT : wayOf(routed),
    })
  }

  function setting() {
    return { id: newId(), now: clock.now(), lifetimes, sealer }
  }

  function wayOf(routed: RoutedMessage): Way {
    const [carrierId] = routesFor(routed)
    return carrierId === undefined ? { kind: 'refused', ...noRoute } : { kind: 'carrier', carrierId }
  }
}

const OPTED_OUT: Way = {
  kind: 'refused',
  code: '0b03',
  reason: 'the recipient has opted out of messages from this sender',
}

/** Messages whose callers wait for the commit; more are answered 503. */
const ACCEPTS_WAITING_MAX = 10_000
