import type { InboundChat } from '../carriers/carrier.ts'
import type { Transaction } from '../db/database.ts'
import type { AfterCommit, BatchStep } from '../db/groupCommit.ts'
import type { NotifyOfChats } from './chatHappening.ts'
import type { ChatInbound, ChatInboundContent } from './chatInbound.ts'
import { contextKey, findContexts, type InboundContext, insertNewInbound, updateContents } from './inboundRows.ts'

/** A person's message, on its way into the store. */
export interface ChatInboundEntry {
  readonly message: InboundChat
  readonly receivedAt: number
  /** False: the carrier is to send it again. */
  answer(taken: boolean): void
}

export interface ChatInboundDependencies {
  readonly newId: () => string
  /** Whose number it is. */
  readonly ownerOf: (inbound: Pick<InboundChat, 'carrierId' | 'channel' | 'to'>) => string | null // null: nobody's
  readonly media: RemoteMedia
  readonly notify: NotifyOfChats
  readonly observe: (batch: { readonly recorded: number; readonly repeated: number; readonly nobodys: number }) => void
}

/** Where media are kept that persons send. */
export interface RemoteMedia {
  /** Gives the id of a file that is fetched from its carrier later. */
  remote(tx: Transaction, media: RemoteFile): string
}

export interface RemoteFile {
  readonly accountId: string
  readonly carrierId: string
  /** Under which the carrier keeps it. */
  readonly remoteId: string
  readonly contentType: string | null
  readonly fileName: string | null
}

/**
 * Records what persons write, with the calls that are owed for it, before any of it is answered. What a carrier brings
 * again is known already and changes nothing; what is written to nobody's number is taken and forgotten.
 */
export function recordChatInbound(dependencies: ChatInboundDependencies): BatchStep<ChatInboundEntry> {
  const { ownerOf, observe } = dependencies
  return {
    name: 'record chat inbound',
    urgent: true,
    async write(tx, entries) {
      const owned = entries.flatMap((entry): OwnedEntry[] => {
        const accountId = ownerOf(entry.message)
        return accountId === null ? [] : [{ ...entry, accountId }]
      })
      const kept = owned.length === 0 ? NOTHING_KEPT : await keep(tx, owned, dependencies)
      return () => {
        for (const entry of entries) entry.answer(true)
        const { recorded } = kept
        observe({ recorded, repeated: owned.length - recorded, nobodys: entries.length - owned.length })
        kept.told()
      }
    },
    failed(entries) {
      for (const entry of entries) entry.answer(false)
    },
  }
}

type OwnedEntry = ChatInboundEntry & { readonly accountId: string }
type Kept = { readonly recorded: number; readonly told: AfterCommit }

const NOTHING_KEPT: Kept = { recorded: 0, told() {} }

async function keep(
  tx: Transaction,
  entries: readonly OwnedEntry[],
  { newId, media, notify }: ChatInboundDependencies,
): Promise<Kept> {
  const contexts = await findContexts(
    tx,
    entries.flatMap((entry) => contextOf(entry) ?? []),
  )
  const arrived = entries.map((entry) => ({
    entry,
    source: entry.message,
    inbound: inboundOf(entry, { id: newId(), contexts }),
  }))
  const fresh = await insertNewInbound(tx, arrived)
  const recorded = arrived.filter(({ inbound }) => fresh.has(inbound.id))
  const withMedia: ChatInbound[] = []
  const inbounds = recorded.map(({ entry, inbound }) => {
    const file = remoteFileOf(entry)
    if (file === null || inbound.content.kind !== 'media') return inbound
    const known: ChatInbound = { ...inbound, content: { ...inbound.content, mediaId: media.remote(tx, file) } }
    withMedia.push(known)
    return known
  })
  if (withMedia.length > 0) updateContents(tx, withMedia)
  if (inbounds.length === 0) return NOTHING_KEPT
  const told = notify(
    tx,
    inbounds.map((inbound) => ({ kind: 'inbound', inbound })),
  )
  return { recorded: inbounds.length, told }
}

function inboundOf(
  entry: OwnedEntry,
  { id, contexts }: { readonly id: string; readonly contexts: ReadonlyMap<string, string> },
): ChatInbound {
  const { message, accountId, receivedAt } = entry
  const context = contextOf(entry)
  const ours = context === null ? null : (contexts.get(contextKey(context)) ?? null)
  return {
    id,
    accountId,
    channel: message.channel,
    from: `+${message.from}`,
    to: `+${message.to}`,
    at: Math.min(message.at, receivedAt),
    recordedAt: receivedAt,
    senderName: message.senderName === null ? null : storable(message.senderName),
    content: contentOf(message, ours),
    contextMessageId: ours,
    forwarded: message.forwarded,
    sms: null,
  }
}

/** What it answers, or reacts to. */
function contextOf({ message: { carrierId, content, replyTo }, accountId }: OwnedEntry): InboundContext | null {
  const carrierMessageId = content.kind === 'reaction' ? content.carrierMessageId : replyTo
  return carrierMessageId === null ? null : { carrierId, carrierMessageId, accountId }
}

function contentOf({ content }: InboundChat, contextMessageId: string | null): ChatInboundContent {
  switch (content.kind) {
    case 'media': {
      const { type, contentType, caption, fileName } = content
      return { kind: 'media', type, mediaId: null, url: null, contentType, caption, fileName }
    }
    case 'reaction':
      return { kind: 'reaction', emoji: content.emoji, messageId: contextMessageId }
    default:
      return content
  }
}

function remoteFileOf({ message, accountId }: OwnedEntry): RemoteFile | null {
  const { carrierId, content } = message
  if (content.kind !== 'media') return null
  const { remoteId, contentType, fileName } = content
  return { accountId, carrierId, remoteId, contentType, fileName }
}

/** The one text of theirs that is a column of its own, not JSON: neither store takes everything in it. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd')
}
