import { renderInbound, renderInboundCallback } from '../api/sms/renderInbound.ts'
import { renderMessage } from '../api/sms/renderMessage.ts'
import { renderReceiptCallback } from '../api/sms/renderReceiptCallback.ts'
import type { Transaction } from '../db/database.ts'
import type { AfterCommit } from '../db/groupCommit.ts'
import type { AnnounceInbound } from '../inbound/inboundMessage.ts'
import { inSlices } from '../inSlices.ts'
import type { FinalNews } from '../messages/changeStatus.ts'
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
export function createFinalNews(ground: Ground, { subscriptions, baseUrl, offer }: NewsDependencies): FinalNews {
  const { newId } = ground
  return {
    isOwed: ({ callbackUrl, accountId, sender }) =>
      callbackUrl !== null || subscriptions.subscribersOf(accountId, { ...STATUS_OF_SMS, number: sender }).length > 0,
    announce(tx, finished) {
      const deliveries = finished.flatMap((view): NewDelivery[] => {
        const { id: messageId, accountId, sender: number } = view.message
        const about = { accountId, messageId, event: STATUS_OF_SMS.event, ladder: 'receipt' } as const
        const body = () => JSON.stringify(renderMessage(view, baseUrl()))
        const subscribed = subscriptions.deliveriesFor({ ...about, ...STATUS_OF_SMS, number, body })
        const callback = renderReceiptCallback(view, baseUrl())
        return callback === null ? subscribed : [{ ...callback, ...about, id: newId() }, ...subscribed]
      })
      return announceDeliveries(ground, { tx, deliveries, offer })
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
    return announceDeliveries(ground, { tx, deliveries, offer })
  }
}

function announceDeliveries(
  { clock, nodeId }: Ground,
  { tx, deliveries, offer }: { tx: Transaction; deliveries: readonly NewDelivery[]; offer: NewsDependencies['offer'] },
): AfterCommit {
  announce(tx, deliveries, { nodeId, now: clock.now() })
  return () => inSlices(deliveries, (delivery) => offer([delivery]))
}

/** What a final message is, as endpoints choose by it. */
const STATUS_OF_SMS = { event: 'message.status', channel: 'sms' } as const
