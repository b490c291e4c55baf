import { runSource } from '@heliograph/airbyte-protocol/runSource'
import { tyntecSmsSource } from './source.ts'

await runSource(tyntecSmsSource)
