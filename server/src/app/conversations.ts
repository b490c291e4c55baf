import type { RunningCallbacks } from '../callbacks/callbacks.ts'
import { createFlows, type Flows } from '../callbacks/flows.ts'
import type { InboundChat } from '../carriers/carrier.ts'
import type { Chats } from '../chat/chat.ts'
import { createChats } from '../chat/chats.ts'
import type { ChatDependencies } from '../chat/moveChats.ts'
import type { SeenEntry } from '../chat/recordSeen.ts'
import { createChatSweeper } from '../chat/sweepChats.ts'
import type { Config } from '../config.ts'
import type { BatchQueue, GroupCommit } from '../db/groupCommit.ts'
import type { OwnerOf } from '../inbound/owners.ts'
import type { MessageIntake } from '../messages/intake.ts'
import type { Subscriptions } from '../webhooks/subscriptions.ts'
import type { Ground } from './ground.ts'

/** What chats need to move on. */
export function chatDependencies(
  { config }: Ground,
  { intake, callbacks }: { readonly intake: () => MessageIntake; readonly callbacks: RunningCallbacks },
): ChatDependencies {
  const waits = new Map(config.accounts.map(({ id, chatStepWaitMs }) => [id, chatStepWaitMs]))
  return {
    intake,
    notify: callbacks.announce,
    settings: { stepWaitMs: (accountId) => waits.get(accountId) ?? config.chat.stepWaitSeconds * 1_000 },
  }
}

/** Chat messages and the flows that they start, running. */
export interface Conversations {
  readonly chats: Chats
  readonly flows: Flows
}

export function startConversations(
  { db, clock, newId, log, stops }: Ground,
  {
    commits,
    chat,
    seens,
    subscriptions,
  }: {
    readonly commits: GroupCommit
    readonly chat: ChatDependencies
    readonly seens: BatchQueue<SeenEntry>
    readonly subscriptions: Subscriptions
  },
): Conversations {
  const trouble = (error: unknown) => log.error({ err: error }, 'chat.trouble')
  const chats = createChats({ ...chat, db, clock, newId, commits })
  const sweeper = createChatSweeper({ db, clock, seen: seens, trouble })
  sweeper.start()
  stops.push(() => sweeper.stop())
  return { chats, flows: createFlows({ db, clock, newId, subscriptions }) }
}

/** The WhatsApp numbers that an account may send from. */
export function whatsappSenders(config: Config): (accountId: string) => ReadonlySet<string> {
  const byAccount = new Map(
    config.accounts.map(({ id }) => {
      const own = config.carriers.flatMap((carrier) =>
        carrier.type === 'whatsapp' && (carrier.accounts?.includes(id) ?? true) ? [carrier.number] : [],
      )
      return [id, new Set(own)]
    }),
  )
  return (accountId) => byAccount.get(accountId) ?? NONE
}

const NONE: ReadonlySet<string> = new Set()

/**
 * Whose what people write to a WhatsApp number is: that of the account with this number, if it may send from it, else
 * of the first one that the carrier names, else of the only account. Null: nobody's.
 */
export function whatsappOwner(
  { accounts, carriers }: Pick<Config, 'accounts' | 'carriers'>,
  ownerOf: OwnerOf,
): (inbound: Pick<InboundChat, 'carrierId' | 'to'>) => string | null {
  const [only = null, ...others] = accounts.map(({ id }) => id)
  const permitted = new Map(
    carriers.flatMap((carrier) => (carrier.type === 'whatsapp' ? [[carrier.id, carrier.accounts] as const] : [])),
  )
  return ({ carrierId, to }) => {
    const named = permitted.get(carrierId)
    const owner = ownerOf(`+${to}`)?.accountId
    if (owner !== undefined && (named?.includes(owner) ?? true)) return owner
    return named?.[0] ?? (others.length === 0 ? only : null)
  }
}
