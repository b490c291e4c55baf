import type { Smsc } from '@heliograph/simulator/smsc'
import type { FastifyInstance } from 'fastify'
import { webhookPath } from '../api/carriers/whatsappWebhook.ts'
import { SIMULATED_WHATSAPP, SIMULATOR_WHATSAPP_CARRIER } from '../config/simulator.ts'
import type { Config } from '../config.ts'
import type { Stop } from './ground.ts'

/** Null: the configuration does not ask for it. */
export async function startSimulator(config: Config, stops: Stop[]): Promise<Smsc | null> {
  if (config.simulator === null) return null
  // Loaded only where it runs.
  const { startSmsc } = await import('@heliograph/simulator/smsc')
  const smsc = await startSmsc({ host: config.simulator.host, port: config.simulator.smppPort })
  stops.push(() => smsc.close())
  return smsc
}

/** Its HTTP side, on the server's own port. */
export async function mountSimulator(app: FastifyInstance, smsc: Smsc, baseUrl: () => string): Promise<void> {
  const { simulatorRoutes } = await import('@heliograph/simulator/http')
  const { phoneNumberId, number, appSecret } = SIMULATED_WHATSAPP
  const webhookUrl = () => baseUrl() + webhookPath(SIMULATOR_WHATSAPP_CARRIER)
  await app.register(simulatorRoutes, { smsc, whatsapp: { phoneNumberId, number, appSecret, webhookUrl } })
}
