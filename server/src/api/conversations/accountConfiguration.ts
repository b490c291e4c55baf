import type { FastifyInstance } from 'fastify'
import { authenticate, principalOf } from '../../http/authenticate.ts'
import { BODY_PROBLEMS, problems } from '../problems.ts'
import { readByHand } from '../readByHand.ts'
import { AccountConfiguration, CallbackRequest, MediaCredentialsRequest } from './configurationSchema.ts'
import type { ConversationDependencies } from './conversationRoutes.ts'
import { CONVERSATIONS, CONVERSATIONS_PREFIX } from './endpoint.ts'
import { readCallback } from './readCallback.ts'
import { readMediaCredentials } from './readMediaCredentials.ts'
import { renderAccount } from './renderConfiguration.ts'

const ACCOUNT = { kind: 'account' } as const

/** /configurations: where all of an account's events go, and by what its own media are fetched. */
export function accountConfigurationRoutes(
  app: FastifyInstance,
  dependencies: Pick<ConversationDependencies, 'keyring' | 'rateLimit' | 'callbacks' | 'checkUrl'>,
): void {
  const { callbacks, checkUrl } = dependencies
  const onRequest = authenticate(dependencies, 'chat')
  const read = async (accountId: string) =>
    renderAccount(await callbacks.read(accountId, ACCOUNT), await callbacks.readMediaCredentials(accountId))
  const described = (summary: string, ...statuses: readonly number[]) => ({
    ...CONVERSATIONS,
    summary,
    response: { 200: AccountConfiguration, ...problems(...statuses) },
  })

  app.get(`${CONVERSATIONS_PREFIX}/configurations`, {
    onRequest,
    schema: described('Read the configuration of the account'),
    handler: async (request) => read(principalOf(request).accountId),
  })
  app.put(`${CONVERSATIONS_PREFIX}/configurations/callbacks`, {
    onRequest,
    ...readByHand,
    schema: { ...described('Set the callbacks of the account', ...BODY_PROBLEMS), body: CallbackRequest },
    handler: async (request) => {
      const { accountId } = principalOf(request)
      const before = await callbacks.read(accountId, ACCOUNT)
      await callbacks.write(accountId, ACCOUNT, readCallback(request.body, { before, checkUrl }))
      return read(accountId)
    },
  })
  app.put(`${CONVERSATIONS_PREFIX}/configurations/mediaCredentials`, {
    onRequest,
    ...readByHand,
    schema: {
      ...described('Set the credentials for media of the account', ...BODY_PROBLEMS),
      body: MediaCredentialsRequest,
    },
    handler: async (request) => {
      const { accountId } = principalOf(request)
      await callbacks.writeMediaCredentials(accountId, readMediaCredentials(request.body, { checkUrl }))
      return read(accountId)
    },
  })
  app.delete(`${CONVERSATIONS_PREFIX}/configurations/mediaCredentials`, {
    onRequest,
    schema: described('Delete the credentials for media of the account'),
    handler: async (request) => {
      const { accountId } = principalOf(request)
      await callbacks.writeMediaCredentials(accountId, null)
      return read(accountId)
    },
  })
}
