import { runSource } from '@heliograph/airbyte-protocol/runSource'
import { twilioSource } from './twilioSource.ts'

await runSource(twilioSource)
