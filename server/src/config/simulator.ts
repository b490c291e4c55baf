import type { SmppCarrierConfig } from '../carriers/smpp/config.ts'
import type { TwilioCarrierConfig } from '../carriers/twilio/config.ts'
import type { WhatsAppCarrierConfig } from '../carriers/whatsapp/config.ts'

/** The ids of the carriers that lead to the simulator. */
export const SIMULATOR_CARRIER = 'simulator'
export const SIMULATOR_VOICE_CARRIER = 'simulator-voice'
export const SIMULATOR_WHATSAPP_CARRIER = 'simulator-whatsapp'
export const SIMULATOR_CARRIERS: readonly string[] = [
  SIMULATOR_CARRIER,
  SIMULATOR_VOICE_CARRIER,
  SIMULATOR_WHATSAPP_CARRIER,
]

export interface SimulatorConfig {
  readonly host: string
  readonly smppPort: number // 0: any free port
}

/** The carriers as which the simulator is connected; where its HTTP side is, is known once the server listens. */
export function simulatedCarriers({
  host,
  smppPort,
}: SimulatorConfig): [SmppCarrierConfig, TwilioCarrierConfig, WhatsAppCarrierConfig] {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  const smpp = { id: SIMULATOR_CARRIER, type: 'smpp', host: reachable, port: smppPort, systemId: 'heliograph' } as const
  const voice = { id: SIMULATOR_VOICE_CARRIER, type: 'twilio', accountSid: 'ACsimulator', authToken: 'sim' } as const
  return [
    { ...smpp, password: 'sim' },
    { ...voice, from: SIMULATED_NUMBER, throughput: 0 },
    { id: SIMULATOR_WHATSAPP_CARRIER, type: 'whatsapp', ...SIMULATED_WHATSAPP, throughput: 0 },
  ]
}

/** Ours in calls and on WhatsApp. Reserved for drama and documents (Ofcom's range of the United Kingdom), so it calls nobody back. */
const SIMULATED_NUMBER = '+442079460000'

/** The simulator's business number. */
export const SIMULATED_WHATSAPP = {
  phoneNumberId: '1',
  number: SIMULATED_NUMBER,
  accessToken: 'sim',
  appSecret: 'sim',
  verifyToken: 'sim',
}
