import type { Smsc } from '@heliograph/simulator/smsc'
import { statusPath } from '../api/carriers/twilioStatus.ts'
import type { CallSubmission, Carrier, CarrierEvents, ChatCarrierEvents, ChatSubmission } from '../carriers/carrier.ts'
import { createEcho } from '../carriers/echo/echoCarrier.ts'
import { createSmppCarrier } from '../carriers/smpp/smppCarrier.ts'
import { createTwilioVoice, type TwilioVoice } from '../carriers/twilio/twilioVoice.ts'
import type { OwnMedia } from '../carriers/whatsapp/media.ts'
import { createWhatsApp, type WhatsApp } from '../carriers/whatsapp/whatsApp.ts'
import type { CarrierConfig } from '../config/carriers.ts'
import { SIMULATOR_CARRIER, SIMULATOR_VOICE_CARRIER, SIMULATOR_WHATSAPP_CARRIER } from '../config/simulator.ts'
import type { Ground } from './ground.ts'

/** The carriers by id: all, and those of each channel. */
export class Carriers {
  readonly all = new Map<string, AnyCarrier>()
  readonly sms = new Map<string, Carrier>()
  readonly voice = new Map<string, TwilioVoice>()
  readonly whatsapp = new Map<string, WhatsApp>()
  readonly echo = new Map<string, Carrier<ChatSubmission>>()

  /** Puts a carrier to those of its channel. */
  add<Part extends AnyCarrier>(channel: Map<string, Part>, carrier: Part): void {
    channel.set(carrier.id, carrier)
    this.all.set(carrier.id, carrier)
  }
}

type AnyCarrier = Carrier | Carrier<CallSubmission> | Carrier<ChatSubmission>

export interface CarrierSetting {
  readonly simulator: Smsc | null
  readonly baseUrl: () => string
  readonly events: CarrierEvents & ChatCarrierEvents
  /** What accounts uploaded to send it. */
  readonly media: OwnMedia
}

/** Fills `carriers`; they report by `events` and connect once they are started. */
export function buildCarriers(ground: Ground, carriers: Carriers, setting: CarrierSetting): void {
  for (const carrier of ground.config.carriers) {
    if (carrier.type === 'smpp') carriers.add(carriers.sms, buildSmpp(ground, setting, carrier))
    else if (carrier.type === 'twilio') carriers.add(carriers.voice, buildVoice(ground, setting, carrier))
    else carriers.add(carriers.whatsapp, buildWhatsApp(ground, setting, carrier))
  }
  carriers.add(carriers.echo, createEcho(setting.events, ground.clock))
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
  ground: Ground,
  { baseUrl, events }: CarrierSetting,
  config: CarrierConfig & { type: 'twilio' },
): TwilioVoice {
  const { clock } = ground
  const { http } = ground.config
  const simulated = config.id === SIMULATOR_VOICE_CARRIER
  return createTwilioVoice(config, {
    clock,
    events,
    log: logUps(ground),
    ...(simulated ? { baseUrl: () => `${baseUrl()}/sim/twilio` } : {}),
    // A provider elsewhere reaches us under a public URL only; without one it is asked what became of calls.
    statusUrl: () => (simulated || http.publicUrl !== null ? baseUrl() + statusPath(config.id) : null),
  })
}

function buildWhatsApp(
  ground: Ground,
  { baseUrl, events, media }: CarrierSetting,
  config: CarrierConfig & { type: 'whatsapp' },
): WhatsApp {
  const { clock } = ground
  const simulated = config.id === SIMULATOR_WHATSAPP_CARRIER
  return createWhatsApp(config, {
    clock,
    events,
    media,
    log: logUps(ground),
    ...(simulated ? { baseUrl: () => `${baseUrl()}/sim/whatsapp` } : {}),
  })
}

/** Logs of carriers over HTTP: that one is up is news, everything else a warning. */
function logUps({ log }: Ground): (event: { readonly event: string }) => void {
  return ({ event, ...fields }) => (event === 'carrier.up' ? log.info(fields, event) : log.warn(fields, event))
}
