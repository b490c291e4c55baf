import { parseArgs } from 'node:util'
import fastify from 'fastify'
import { simulatorRoutes } from './http.ts'
import { startSmsc } from './smsc.ts'

/** The simulator by itself: `node simulator/src/main.ts --port 2775 --http-port 8081`. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '2775' },
      'http-port': { type: 'string', default: '8081' },
      'system-id': { type: 'string' },
      password: { type: 'string' },
    },
  })
  const { host, 'system-id': systemId, password } = values
  const smsc = await startSmsc({
    host,
    port: readPort('--port', values.port),
    ...(systemId === undefined ? {} : { systemId }),
    ...(password === undefined ? {} : { password }),
  })
  const app = fastify()
  await app.register(simulatorRoutes, { smsc })
  const url = await app.listen({ host, port: readPort('--http-port', values['http-port']) })
  console.log(`SMSC on smpp://${host}:${smsc.port}, handsets and outcomes on ${url}/sim/v1`)
  console.log(`calls on ${url}/sim/twilio, WhatsApp on ${url}/sim/whatsapp`)

  const stop = async () => {
    await app.close()
    await smsc.close()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop())
}

function readPort(flag: string, text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new RangeError(`${flag} must be a port from 0 to 65535, not "${text}"`)
}

try {
  await main()
} catch (error) {
  // A wrong flag or a port that is taken: the sentence helps, the stack does not.
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
