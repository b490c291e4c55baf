import { accountStreams } from './accounts.ts'
import { alertStreams } from './alerts.ts'
import { conversationStreams } from './conversations.ts'
import type { StreamDeclaration } from './declaration.ts'
import { messageStreams } from './messages.ts'
import { numberStreams } from './numbers.ts'
import { pricingStreams } from './pricing.ts'
import { studioStreams } from './studio.ts'
import { trunkingStreams } from './trunking.ts'
import { usageStreams } from './usage.ts'
import { verifyStreams } from './verify.ts'
import { voiceStreams } from './voice.ts'

/** All streams, those first whose records the others refer to. */
export const streamTable: readonly StreamDeclaration[] = [
  ...accountStreams,
  ...messageStreams,
  ...voiceStreams,
  ...numberStreams,
  ...usageStreams,
  ...alertStreams,
  ...conversationStreams,
  ...studioStreams,
  ...trunkingStreams,
  ...verifyStreams,
  ...pricingStreams,
]
