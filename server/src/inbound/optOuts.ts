import type { Clock } from '../clock.ts'
import { type Database, DatabaseUnavailable, type Transaction } from '../db/database.ts'
import type { AfterCommit } from '../db/groupCommit.ts'
import type { ReceivedMessage } from './inboundMessage.ts'
import { type OptOutKeyword, type OptOutReplies, readKeyword } from './optOutKeyword.ts'
import { insertChanges, type OptOutChange, type Pair, readChanges, readNewest, readWhoIsOut } from './optOutStore.ts'

/** The answer that a keyword gets. */
export interface KeywordReply {
  readonly accountId: string
  /** From: the number that was written to. */
  readonly sender: string
  /** To: whoever wrote. */
  readonly recipient: string
  readonly text: string
}

export interface OptOutsOptions {
  readonly db: Database
  readonly clock: Clock
  readonly newId: () => string
  /** Called after the commit of the change. */
  readonly reply: (reply: KeywordReply) => void
  readonly trouble: (error: unknown) => void
}

/**
 * Who wants no messages from which number. The table is a ledger of changes; memory has those that hold, so that a
 * send is checked without a read. Other nodes' changes are read each second; what they have changed in between goes
 * out once more.
 */
export class OptOuts {
  readonly #options: OptOutsOptions
  /** By pair. People who never left are not here. */
  readonly #newest = new Map<string, { readonly id: string; readonly isOut: boolean }>()
  #readSince = 0
  #cancel: (() => void) | null = null // null: stopped
  #round: Promise<void> = Promise.resolve()

  constructor(options: OptOutsOptions) {
    this.#options = options
  }

  /** Whether the person has asked this sender for no more messages. */
  has(accountId: string, sender: string, recipient: string): boolean {
    return this.#newest.size > 0 && this.#newest.get(pairText({ accountId, sender, recipient }))?.isOut === true
  }

  /** Reads who is out, then keeps up with the other nodes. */
  async start(): Promise<void> {
    this.#readSince = this.#options.clock.now() - OVERLAP_MS
    this.#apply(await readWhoIsOut(this.#options.db))
    this.#schedule()
  }

  async stop(): Promise<void> {
    this.#cancel?.()
    this.#cancel = null
    await this.#round
  }

  /** Records what the keywords among the messages change. Null: there is no keyword, which is the usual case. */
  record(tx: Transaction, received: readonly ReceivedMessage[]): Promise<AfterCommit> | null {
    const asked = received.flatMap((one) => askedBy(one) ?? [])
    return asked.length === 0 ? null : this.#record(tx, asked)
  }

  async #record(tx: Transaction, asked: readonly Asked[]): Promise<AfterCommit> {
    const newest = await readNewest(tx, asked)
    const states = new Map(newest.map((row) => [pairText(row), row.state]))
    const changes: OptOutChange[] = []
    const replies: KeywordReply[] = []
    for (const { replies: texts, keyword, ...pair } of asked) {
      const key = pairText(pair)
      const { accountId, sender, recipient } = pair
      const reply = { accountId, sender, recipient, text: texts[keyword.asks] }
      if (keyword.asks === 'help') {
        replies.push(reply)
        continue
      }
      const state = keyword.asks === 'stop' ? 'out' : 'in'
      if ((states.get(key) ?? 'in') === state) continue
      states.set(key, state)
      changes.push({ ...pair, id: this.#options.newId(), state, keyword: keyword.word })
      replies.push(reply)
    }
    if (changes.length > 0) insertChanges(tx, changes)
    return () => {
      this.#apply(changes)
      for (const reply of replies) if (reply.text !== '') this.#options.reply(reply)
    }
  }

  #schedule(): void {
    this.#cancel = this.#options.clock.after(REFRESH_EVERY_MS, () => {
      this.#round = this.#refresh()
        .catch((error) => {
          if (!(error instanceof DatabaseUnavailable)) this.#options.trouble(error)
        })
        .then(() => {
          if (this.#cancel !== null) this.#schedule()
        })
    })
  }

  /** Reads the last minute each time: a change may be committed after one that was made later. */
  async #refresh(): Promise<void> {
    const readAt = this.#options.clock.now()
    this.#apply(await readChanges(this.#options.db, this.#readSince))
    this.#readSince = readAt - OVERLAP_MS
  }

  /** The newest of a pair holds; what was read may be older than what this node has committed meanwhile. */
  #apply(changes: readonly OptOutChange[]): void {
    for (const change of changes) {
      const key = pairText(change)
      const known = this.#newest.get(key)
      if (known === undefined || known.id < change.id) {
        this.#newest.set(key, { id: change.id, isOut: change.state === 'out' })
      }
    }
  }
}

const REFRESH_EVERY_MS = 1_000
/** Longer than a commit takes and than nodes' clocks differ. */
const OVERLAP_MS = 60_000

/** A keyword that somebody sent to a number where keywords count. */
type Asked = Pick<OptOutChange, 'accountId' | 'sender' | 'recipient' | 'messageId' | 'changedAt'> & {
  readonly keyword: OptOutKeyword
  readonly replies: OptOutReplies
}

function askedBy({ message, owner }: ReceivedMessage): Asked | null {
  const replies = owner?.optOut ?? null
  if (replies === null || message.bodyIsHex) return null
  const keyword = readKeyword(message.body)
  if (keyword === null) return null
  return {
    accountId: message.accountId,
    sender: message.recipient,
    recipient: message.sender,
    messageId: message.id,
    changedAt: message.recordedAt,
    keyword,
    replies,
  }
}

function pairText({ accountId, sender, recipient }: Pair): string {
  return `${accountId}\n${sender}\n${recipient}`
}
