import type { Resource } from './resource.ts'
import { notAuthenticated } from './twilioError.ts'
import type { Account, World } from './world.ts'

/** Who asks: an account with its token, or an API key of the main account. */
export interface Caller {
  readonly kind: 'account' | 'main key' | 'standard key'
  /** What came as the user's name. */
  readonly name: string
  readonly account: Account
}

/**
 * Reads HTTP Basic credentials.
 *
 * @throws TwilioError 20003 when they are missing or wrong
 */
export function authenticate(world: World, authorization: string | undefined): Caller {
  const credentials = Buffer.from(authorization?.replace(/^basic +/i, '') ?? '', 'base64').toString('utf8')
  const [name = '', secret = ''] = credentials.split(/:(.*)/s)
  const account = world.accounts.find(({ sid, authToken }) => sid === name && authToken === secret)
  if (account !== undefined) return { kind: 'account', name, account }
  const [main] = world.accounts
  const isKey = ({ sid, secret: own }: { sid: string; secret: string }) => sid === name && own === secret
  if (main !== undefined && isKey(world.keys.main)) return { kind: 'main key', name, account: main }
  if (main !== undefined && isKey(world.keys.standard)) return { kind: 'standard key', name, account: main }
  throw notAuthenticated()
}

/**
 * The main account reads its subaccounts with its token; an API key does not, and a subaccount reads only itself.
 *
 * @throws TwilioError 20003
 */
export function requireAccount(caller: Caller, account: Account): void {
  const isOwner = caller.kind === 'account' && caller.account.index === 0
  if (account.index !== caller.account.index && !isOwner) throw notAuthenticated()
}

/**
 * A standard key reads everything but accounts and keys.
 *
 * @throws TwilioError 20003
 */
export function requireResource(caller: Caller, resource: Resource): void {
  const isForMain = resource.name === 'accounts' || resource.name === 'keys'
  if (caller.kind === 'standard key' && isForMain) throw notAuthenticated()
}
