import type { Source } from '@heliograph/airbyte-protocol/source'
import { checkConnection } from './checkConnection.ts'
import { type Config, readConfig } from './config.ts'
import { listStreams } from './listStreams.ts'
import { messagesStream } from './messagesStream.ts'
import { specification } from './specification.ts'

/** The Airbyte source for tyntec's SMS and BYON APIs, and for Heliograph, which speaks both and lists messages besides. */
export const tyntecSmsSource: Source<Config> = {
  specification,
  readConfig,
  check: checkConnection,
  streams: (config) => [messagesStream(config), ...listStreams(config)],
  httpLimits: ({ workers }) => ({ workers }),
}
