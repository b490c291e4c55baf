import type { Clock } from '../clock.ts'
import type { BatchQueue } from '../db/groupCommit.ts'
import type { Acceptance } from './acceptMessages.ts'
import { composeMessage, type SmsToAccept, type Way } from './composeMessage.ts'
import type { Lifetimes } from './lifetimes.ts'
import type { Message } from './message.ts'

/** The way in for every SMS, whoever asks for it: makes the message, and brings it to the store. */
export interface SmsIntake {
  /** The message an order asks for, with its network, route and price. Nothing is recorded. */
  compose(order: SmsToAccept): Message
  /** The same for our own answer to a keyword, which also goes to who has just opted out. */
  composeReply(order: SmsToAccept): Message
  /** Records it; one of the acceptance's callbacks is called later, once. False: too many wait, nothing was taken. */
  accept(acceptance: SmsAcceptance): boolean
}

export type SmsAcceptance = Omit<Acceptance, 'leasedBy'>

export interface SmsIntakeOptions {
  readonly clock: Clock
  readonly newId: () => string
  readonly nodeId: string
  readonly lifetimes: Lifetimes
  readonly networkOf: (recipient: SmsToAccept['recipient']) => { readonly mccmnc: string } | null
  readonly routesFor: (message: RoutedSms) => readonly string[]
  readonly priceOf: (message: RoutedSms, now: number) => { price: string; currency: string; effectiveAt: number } | null
  readonly noRoute: { readonly code: string; readonly reason: string }
  /** Whether the recipient wants no messages from the sender. */
  readonly optedOut: (accountId: string, sender: string, recipient: string) => boolean
  /** Where messages that are due at once go from memory. */
  readonly memory: {
    hasRoomFor(carrierId: string): boolean
    leftInTable(carrierId: string): void
    suspectStrays(): void
  }
  readonly queue: BatchQueue<Acceptance>
  readonly observe: { accepted(): void; refused(): void }
}

export interface RoutedSms {
  readonly accountId: string
  readonly gateway: string
  readonly sender: string
  readonly recipient: string
  readonly mccmnc: string | null
}

export function createSmsIntake(options: SmsIntakeOptions): SmsIntake {
  const { clock, newId, nodeId, lifetimes, networkOf, routesFor, priceOf, noRoute, memory, queue, observe } = options
  return {
    compose: (order) => compose(order, options.optedOut(order.accountId, order.sender.value, order.recipient)),
    composeReply: (order) => compose(order, false),

    accept(acceptance) {
      if (queue.length >= ACCEPTS_WAITING_MAX) {
        observe.refused()
        return false
      }
      const { message } = acceptance
      const due = message.status === 'accepted' && message.scheduledAt === null
      const leased = due && memory.hasRoomFor(message.carrierId)
      if (due && !leased) memory.leftInTable(message.carrierId)
      return queue.push({
        message,
        idempotency: acceptance.idempotency,
        leasedBy: leased ? nodeId : null,
        accepted(stored) {
          observe.accepted()
          acceptance.accepted(stored)
        },
        repeated: acceptance.repeated,
        failed(error) {
          observe.refused()
          memory.suspectStrays()
          acceptance.failed(error)
        },
      })
    },
  }

  function compose(order: SmsToAccept, isUnwanted: boolean): Message {
    const { accountId, gateway, recipient } = order
    const mccmnc = networkOf(recipient)?.mccmnc ?? null
    const routed = { accountId, gateway, sender: order.sender.value, recipient, mccmnc }
    const now = clock.now()
    return composeMessage(order, {
      id: newId(),
      now,
      mccmnc,
      price: priceOf(routed, now),
      way: isUnwanted ? OPTED_OUT : wayOf(routed),
      lifetimes,
    })
  }

  function wayOf(routed: RoutedSms): Way {
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
