import type { Source } from '@heliograph/airbyte-protocol/source'
import { check } from './check.ts'
import { readConfig, type TwilioConfig } from './config.ts'
import { specification } from './spec.ts'
import { streamTable } from './streams/streamTable.ts'
import { twilioStream } from './twilioStream.ts'

export const twilioSource: Source<TwilioConfig> = {
  specification,
  readConfig,
  check,
  streams: (config) => streamTable.map((declaration) => twilioStream(declaration, config)),
  httpLimits: ({ workers }) => ({ workers }),
}
