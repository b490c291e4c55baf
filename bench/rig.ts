import type { CallbackSinkCommands } from './callbackSink.ts'
import { type Child, startChild } from './childProcess.ts'
import type { LoadCommands } from './load.ts'
import type { ServerCommands } from './server.ts'
import type { SmscCommands } from './smsc.ts'

/** Everything one scenario needs, each in a process of its own: load → server → SMSC, and server → callback sink. */
export interface Rig {
  readonly load: Child<LoadCommands>
  readonly server: Child<ServerCommands>
  readonly smsc: Child<SmscCommands>
  readonly callbackSink: Child<CallbackSinkCommands>
  readonly apiKey: string
  readonly serverPort: number
  readonly callbackPort: number
  stop(): Promise<void>
}

/** Starts with an empty store: SQLite when there is no URL. */
export async function startRig(databaseUrl: string | null): Promise<Rig> {
  const load = startChild<LoadCommands>('load.ts')
  const server = startChild<ServerCommands>('server.ts')
  const smsc = startChild<SmscCommands>('smsc.ts')
  const callbackSink = startChild<CallbackSinkCommands>('callbackSink.ts')
  // The server first, so that it finds its SMSC still there when it stops.
  const stop = async () => {
    for (const child of [load, server, smsc, callbackSink]) await child.stop()
  }
  try {
    const [smscPort, callbackPort] = await Promise.all([smsc.ask('port'), callbackSink.ask('port')])
    const apiKey = 'bench-key'
    const serverPort = await server.ask('start', { apiKey, smscPort, databaseUrl })
    return { load, server, smsc, callbackSink, apiKey, serverPort, callbackPort, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
