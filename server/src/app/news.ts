import { renderInbound, renderInboundCallback } from '../api/sms/renderInbound.ts'
import { renderMessage } from '../api/sms/renderMessage.ts'
import { renderReceiptCallback } from '../api/sms/renderReceiptCallback.ts'
import type { Transaction } from '../db/database.ts'
import type { AfterCommit } from '../db/groupCommit.ts'
import type { AnnounceInbound } from '../inbound/inboundMessage.ts'
import { inSlices } from '../inSlices.ts'
import type { MessageFollower } from '../messages/follower.ts'
import { isFinal } from '../messages/status.ts'
import { announce } from '../webhooks/announce.ts'
import type { NewDelivery } from '../webhooks/delivery.ts'
import type { Subscriptions } from '../webhooks/subscriptions.ts'
import type { Ground } from './ground.ts'

/** What customers are told of, and how it gets to them: rows in the transaction of the event, calls after its commit. */
export interface NewsDependencies {
  readonly subscriptions: Subscriptions
  readonly baseUrl: () => string
  readonly offer: (deliveries: readonly NewDelivery[]) => void
}

/** Final messages, for their callback URL and for endpoints subscribed to statuses. */
export function createStatusNews(ground: Ground, { subscriptions, baseUrl, offer }: NewsDependencies): MessageFollower {
  const { newId } = ground
  return {
    follows: ({ status, callbackUrl, accountId, channel, sender: number }) =>
      isFinal(status) &&
      (callbackUrl !== null || subscriptions.subscribersOf(accountId, { event: STATUS, channel, number }).length > 0),
    changed(tx, finished) {
      const deliveries = finished.flatMap((view): NewDelivery[] => {
        const { id: messageId, accountId, channel, sender: number } = view.message
        const about = { accountId, messageId, event: STATUS, ladder: 'receipt' } as const
        const body = () => JSON.stringify(renderMessage(view, baseUrl()))
        const subscribed = subscriptions.deliveriesFor({ ...about, channel, number, body })
        const callback = renderReceiptCallback(view, baseUrl())
        return callback === null ? subscribed : [{ ...callback, ...about, id: newId() }, ...subscribed]
      })
      return oweDeliveries(ground, { tx, deliveries, offer })
    },
  }
}

/** Inbound messages, for the target of their number and for endpoints subscribed to them. */
export function createInboundNews(ground: Ground, { subscriptions, offer }: NewsDependencies): AnnounceInbound {
  const { newId } = ground
  return (tx, received) => {
    const deliveries = received.flatMap(({ message, parts, owner }): NewDelivery[] => {
      if (owner === null) return []
      const { id: messageId, accountId, recipient: number } = message
      const about = { accountId, messageId, event: 'message.inbound', ladder: 'inbound' } as const
      const body = () => JSON.stringify(renderInbound(message, parts))
      const subscribed = subscriptions.deliveriesFor({ ...about, channel: 'sms', number, body })
      if (owner.target === null) return subscribed
      return [{ ...renderInboundCallback(message, parts, owner.target), ...about, id: newId() }, ...subscribed]
    })
    return oweDeliveries(ground, { tx, deliveries, offer })
  }
}

/** All of them are told of what came in. */
export function joinInboundNews(all: readonly AnnounceInbound[]): AnnounceInbound {
  return (tx, received) => {
    const callbacks = all.map((announceTo) => announceTo(tx, received))
    return () => {
      for (const callback of callbacks) callback()
    }
  }
}

/** Writes deliveries, and calls them after the commit. */
export function oweDeliveries(
  { clock, nodeId }: Ground,
  { tx, deliveries, offer }: { tx: Transaction; deliveries: readonly NewDelivery[]; offer: NewsDependencies['offer'] },
): AfterCommit {
  announce(tx, deliveries, { nodeId, now: clock.now() })
  return () => inSlices(deliveries, (delivery) => offer([delivery]))
}

const STATUS = 'message.status'
