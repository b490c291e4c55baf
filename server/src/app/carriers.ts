import type { Smsc } from '@heliograph/simulator/smsc'
import type { Carrier, CarrierEvents } from '../carriers/carrier.ts'
import { createSmppCarrier } from '../carriers/smpp/smppCarrier.ts'
import { SIMULATOR_CARRIER } from '../config/simulator.ts'
import type { BatchQueue } from '../db/groupCommit.ts'
import type { Dispatcher } from '../dispatch/dispatcher.ts'
import type { InboundEntry } from '../inbound/recordInbound.ts'
import type { ReceiptEntry } from '../receipts/recordReceipts.ts'
import type { Ground } from './ground.ts'

/** Fills `carriers`; they report by `events` and bind once they are started. */
export function buildCarriers(
  { config, clock, log }: Ground,
  { simulator, carriers, events }: { simulator: Smsc | null; carriers: Map<string, Carrier>; events: CarrierEvents },
): void {
  for (const carrier of config.carriers) {
    const port = simulator !== null && carrier.id === SIMULATOR_CARRIER ? { port: simulator.port } : {}
    const built = createSmppCarrier(
      { ...carrier, ...port },
      {
        clock,
        events,
        log: ({ event, ...fields }) => (event === 'carrier.bound' ? log.info(fields, event) : log.warn(fields, event)),
      },
    )
    carriers.set(carrier.id, built)
  }
}

/** What a carrier reports goes straight into the queue of the next commit, or is refused. */
export function carrierEvents(
  { clock, newId }: Ground,
  {
    dispatcher,
    receipts,
    inbounds,
  }: { dispatcher: Dispatcher; receipts: BatchQueue<ReceiptEntry>; inbounds: BatchQueue<InboundEntry> },
): CarrierEvents {
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
  }
}

/** Inbound parts that wait for their commit; the carrier is asked to send more again. */
const INBOUND_WAITING_MAX = 10_000
