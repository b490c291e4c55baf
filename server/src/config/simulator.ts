import type { Static } from 'typebox'
import type { SmppCarrierConfig } from '../carriers/smpp/config.ts'
import { reportRepeated } from './accounts.ts'
import type { Findings } from './readBySchema.ts'
import type { ConfigFile } from './schema.ts'

/** The id of the carrier that leads to the simulator. */
export const SIMULATOR_CARRIER = 'simulator'

export interface SimulatorConfig {
  readonly host: string
  readonly smppPort: number // 0: any free port
}

export interface Carriers {
  readonly all: readonly SmppCarrierConfig[]
  /** Those that take everything when the file has no routes. */
  readonly byDefault: readonly string[]
  readonly simulator: SimulatorConfig | null
}

/** The simulator runs where the file asks for it, and where it names no carrier and does not say `simulator: false`. */
export function readCarriers(file: Static<typeof ConfigFile>, findings: Findings): Carriers {
  const seen = new Map<string, string>()
  const simulator = simulatorOf(file)
  if (simulator !== null) seen.set(SIMULATOR_CARRIER, "the simulator's")
  for (const carrier of file.carriers) {
    reportRepeated(seen, carrier.id, `${findings.paths.get(carrier)}.id`, findings)
  }
  const own = file.carriers.map(({ id }) => id)
  return {
    all: simulator === null ? file.carriers : [...file.carriers, carrierOf(simulator)],
    byDefault: own.length === 0 && simulator !== null ? [SIMULATOR_CARRIER] : own,
    simulator,
  }
}

function simulatorOf({ simulator, carriers }: Static<typeof ConfigFile>): SimulatorConfig | null {
  const wanted = simulator ?? carriers.length === 0
  if (wanted === false) return null
  return wanted === true ? { host: '127.0.0.1', smppPort: 0 } : wanted
}

function carrierOf({ host, smppPort }: SimulatorConfig): SmppCarrierConfig {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return {
    id: SIMULATOR_CARRIER,
    type: 'smpp',
    host: reachable,
    port: smppPort,
    systemId: 'heliograph',
    password: 'sim',
  }
}
