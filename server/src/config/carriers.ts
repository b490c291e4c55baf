import { type Static, Type } from 'typebox'
import { ECHO_CARRIER } from '../carriers/echo/echoCarrier.ts'
import { SmppCarrierConfig } from '../carriers/smpp/config.ts'
import { TwilioCarrierConfig } from '../carriers/twilio/config.ts'
import { WhatsAppCarrierConfig } from '../carriers/whatsapp/config.ts'
import type { ChannelName } from '../messages/message.ts'
import type { Route } from '../routing/chooseCarriers.ts'
import { reportRepeated } from './accounts.ts'
import type { Findings } from './readBySchema.ts'
import { routesTo } from './routes.ts'
import type { ConfigFile } from './schema.ts'
import { SIMULATOR_CARRIERS, type SimulatorConfig, simulatedCarriers } from './simulator.ts'

/** A carrier as an operator writes it. */
export type CarrierConfig = Static<typeof CarrierEntry>
export const CarrierEntry = Type.Union([SmppCarrierConfig, TwilioCarrierConfig, WhatsAppCarrierConfig])

/** What a carrier of this type brings to people. */
export const CHANNEL_OF_TYPE: Readonly<Record<CarrierConfig['type'], ChannelName>> = {
  smpp: 'sms',
  twilio: 'voice',
  whatsapp: 'whatsapp',
}

export interface Carriers {
  readonly all: readonly CarrierConfig[]
  readonly simulator: SimulatorConfig | null
}

/** The simulator runs where the file asks for it, and where it names no carrier and does not say `simulator: false`. */
export function readCarriers(file: Static<typeof ConfigFile>, findings: Findings): Carriers {
  const seen = new Map<string, string>([[ECHO_CARRIER, 'the one of the echo channel']])
  const numbers = new Map<string, string>()
  const simulator = simulatorOf(file)
  if (simulator !== null) {
    for (const id of SIMULATOR_CARRIERS) seen.set(id, "the simulator's")
  }
  for (const carrier of file.carriers) {
    reportRepeated(seen, carrier.id, `${findings.paths.get(carrier)}.id`, findings)
    if (carrier.type !== 'whatsapp') continue
    const path = findings.paths.get(carrier)
    reportRepeated(numbers, carrier.number, `${path}.number`, findings)
    reportRepeated(numbers, carrier.phoneNumberId, `${path}.phoneNumberId`, findings)
  }
  return { all: [...file.carriers, ...(simulator === null ? [] : simulatedCarriers(simulator))], simulator }
}

function simulatorOf({ simulator, carriers }: Static<typeof ConfigFile>): SimulatorConfig | null {
  const wanted = simulator ?? carriers.length === 0
  if (wanted === false) return null
  return wanted === true ? { host: '127.0.0.1', smppPort: 0 } : wanted
}

/**
 * The routes of the file, and for each routed channel that none of them serves: all its carriers, in that order.
 * The simulator is among these only where the file names no carrier at all, so that nothing real ends there unasked.
 */
export function completeRoutes(written: readonly Route[] | null, carriers: readonly CarrierConfig[]): Route[] {
  const real = carriers.filter(({ id }) => !SIMULATOR_CARRIERS.includes(id))
  const serving = real.length > 0 ? real : carriers
  const channelOf = new Map(carriers.map(({ id, type }) => [id, CHANNEL_OF_TYPE[type]]))
  const served = new Set((written ?? []).map(({ carrier }) => channelOf.get(carrier)))
  // Whoever writes routes for SMS means these alone, also when there are none.
  if (written !== null) served.add('sms')
  const added = ROUTED_CHANNELS.flatMap((channel) => {
    if (served.has(channel)) return []
    const own = serving.filter(({ type }) => CHANNEL_OF_TYPE[type] === channel).map(({ id }) => id)
    return routesTo(own)
  })
  return [...(written ?? []), ...added]
}

/** A WhatsApp message goes from the number it names, so there is nothing to choose. */
const ROUTED_CHANNELS: readonly ChannelName[] = ['sms', 'voice']
