import type { FastifyInstance } from 'fastify'
import type { Callbacks } from '../../callbacks/callbacks.ts'
import type { Flows } from '../../callbacks/flows.ts'
import type { AuthenticateDependencies } from '../../http/authenticate.ts'
import { parseJsonObject } from '../../http/parseJson.ts'
import { readJsonBy } from '../../http/server.ts'
import type { CheckUrl } from '../chat/readStep.ts'
import type { SendChatDependencies } from '../chat/sendChats.ts'
import { accountConfigurationRoutes } from './accountConfiguration.ts'
import { applicationRoutes } from './applications.ts'
import { channelConfigurationRoutes } from './channelConfigurations.ts'
import type { ChannelNumbers } from './channelNumbers.ts'
import { messageReadingRoutes } from './readMessages.ts'
import { sendRoutes } from './sendMessages.ts'
import { triggerRoutes } from './triggers.ts'

export interface ConversationDependencies extends AuthenticateDependencies, SendChatDependencies {
  readonly callbacks: Callbacks
  readonly flows: Flows
  /** Whose numbers are whose, see createChannelNumbers. */
  readonly numbers: ChannelNumbers
  /** What is wrong with a URL that is to be called or fetched from the internet; null: nothing. */
  readonly checkUrl: CheckUrl
  readonly baseUrl: () => string
}

/**
 * The vendor's Conversations API v3 without its media, what its Power Automate connectors of both generations use, and
 * the webhooks of its Chat API v2. Register it in a scope of its own.
 */
export function conversationRoutes(app: FastifyInstance, dependencies: ConversationDependencies): void {
  // Some clients name a content type also where they send nothing.
  readJsonBy(app, (text) => (text.trim() === '' ? {} : parseJsonObject(text)))
  sendRoutes(app, dependencies)
  messageReadingRoutes(app, dependencies)
  accountConfigurationRoutes(app, dependencies)
  channelConfigurationRoutes(app, dependencies)
  triggerRoutes(app, dependencies)
  applicationRoutes(app, dependencies)
}
