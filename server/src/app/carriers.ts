import type { Smsc } from '@heliograph/simulator/smsc'
import { statusPath } from '../api/carriers/twilioStatus.ts'
import type { CallSubmission, Carrier, CarrierEvents, ChatSubmission } from '../carriers/carrier.ts'
import { createSmppCarrier } from '../carriers/smpp/smppCarrier.ts'
import { createTwilioVoice, type TwilioVoice } from '../carriers/twilio/twilioVoice.ts'
import type { CarrierConfig } from '../config/carriers.ts'
import { SIMULATOR_CARRIER, SIMULATOR_VOICE_CARRIER } from '../config/simulator.ts'
import type { BatchQueue } from '../db/groupCommit.ts'
import type { Dispatcher } from '../dispatch/dispatcher.ts'
import type { InboundEntry } from '../inbound/recordInbound.ts'
import type { ReceiptEntry } from '../receipts/recordReceipts.ts'
import type { Ground } from './ground.ts'

/** The carriers by id: all, and those of each channel. */
export class Carriers {
  readonly all = new Map<string, Carrier | Carrier<CallSubmission> | Carrier<ChatSubmission>>()
  readonly sms = new Map<string, Carrier>()
  readonly voice = new Map<string, TwilioVoice>()
  readonly echo = new Map<string, Carrier<ChatSubmission>>()

  addSms(carrier: Carrier): void {
    this.sms.set(carrier.id, carrier)
    this.all.set(carrier.id, carrier)
  }

  addVoice(carrier: TwilioVoice): void {
    this.voice.set(carrier.id, carrier)
    this.all.set(carrier.id, carrier)
  }
}

/** Fills `carriers`; they report by `events` and connect once they are started. */
export function buildCarriers(
  ground: Ground,
  { carriers, ...setting }: CarrierSetting & { readonly carriers: Carriers },
): void {
  for (const carrier of ground.config.carriers) {
    if (carrier.type === 'smpp') carriers.addSms(buildSmpp(ground, setting, carrier))
    else carriers.addVoice(buildVoice(ground, setting, carrier))
  }
}

interface CarrierSetting {
  readonly simulator: Smsc | null
  readonly baseUrl: () => string
  readonly events: CarrierEvents
}

function buildSmpp(
  { clock, log }: Ground,
  { simulator, events }: CarrierSetting,
  config: CarrierConfig & { type: 'smpp' },
): Carrier {
  const port = simulator !== null && config.id === SIMULATOR_CARRIER ? { port: simulator.port } : {}
  return createSmppCarrier(
    { ...config, ...port },
    {
      clock,
      events,
      log: ({ event, ...fields }) => (event === 'carrier.bound' ? log.info(fields, event) : log.warn(fields, event)),
    },
  )
}

function buildVoice(
  { config: { http }, clock, log }: Ground,
  { baseUrl, events }: CarrierSetting,
  config: CarrierConfig & { type: 'twilio' },
): TwilioVoice {
  const simulated = config.id === SIMULATOR_VOICE_CARRIER
  return createTwilioVoice(config, {
    clock,
    events,
    log: ({ event, ...fields }) => (event === 'carrier.up' ? log.info(fields, event) : log.warn(fields, event)),
    ...(simulated ? { baseUrl: () => `${baseUrl()}/sim/twilio` } : {}),
    // A provider elsewhere reaches us under a public URL only; without one it is asked what became of calls.
    statusUrl: () => (simulated || http.publicUrl !== null ? baseUrl() + statusPath(config.id) : null),
  })
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
