import type { CarrierEvents, ChatCarrierEvents } from '../carriers/carrier.ts'
import type { ChatInboundEntry } from '../chat/recordChatInbound.ts'
import type { SeenEntry } from '../chat/recordSeen.ts'
import type { BatchQueue } from '../db/groupCommit.ts'
import type { Dispatcher } from '../dispatch/dispatcher.ts'
import type { InboundEntry } from '../inbound/recordInbound.ts'
import type { ReceiptEntry } from '../receipts/recordReceipts.ts'
import type { Ground } from './ground.ts'

export interface EventQueues {
  readonly dispatcher: Dispatcher
  readonly receipts: BatchQueue<ReceiptEntry>
  readonly inbounds: BatchQueue<InboundEntry>
  readonly seens: BatchQueue<SeenEntry>
  readonly chatInbounds: BatchQueue<ChatInboundEntry>
}

/** What a carrier reports goes straight into the queue of the next commit, or is refused. */
export function carrierEvents(
  { clock, newId }: Ground,
  { dispatcher, receipts, inbounds, seens, chatInbounds }: EventQueues,
): CarrierEvents & ChatCarrierEvents {
  return {
    room: (carrierId) => dispatcher.carrierHasRoom(carrierId),
    receipt(receipt, answer) {
      const entry = { id: newId(), receipt, receivedAt: clock.now(), orphan: false, answer }
      if (!receipts.push(entry)) answer(false)
    },
    inbound(part, answer) {
      const hasRoom = inbounds.length < INBOUND_WAITING_MAX
      if (!hasRoom || !inbounds.push({ part, receivedAt: clock.now(), answer })) answer(false)
    },
    seen(report, answer) {
      if (!seens.push({ report, receivedAt: clock.now(), orphan: false, answer })) answer(false)
    },
    inboundChat(message, answer) {
      const hasRoom = chatInbounds.length < INBOUND_WAITING_MAX
      if (!hasRoom || !chatInbounds.push({ message, receivedAt: clock.now(), answer })) answer(false)
    },
  }
}

/** Inbound messages, or parts, that wait for their commit; the carrier is asked to send more again. */
const INBOUND_WAITING_MAX = 10_000
