import type { Readable } from 'node:stream'
import type { Clock } from '../clock.ts'
import { type Database, DatabaseUnavailable } from '../db/database.ts'
import { arriveFile, discard, type FileArrivals } from './arriveFile.ts'
import { typeOfReceived } from './judgeType.ts'
import type { FetchedRemote, FetchRemote, MediaEvent } from './media.ts'
import { FileGone } from './mediaFiles.ts'
import { type ClaimedRemote, claimDue, claimOne, isAnyDue, recordFailed, recordFetched } from './remoteRows.ts'
import { withinTime } from './withinTime.ts'

export interface RemoteFetcherOptions {
  readonly db: Database
  readonly clock: Clock
  readonly arrivals: FileArrivals
  readonly fetchRemote: FetchRemote
  readonly observe: (event: MediaEvent) => void
  readonly trouble: (error: unknown) => void
}

/**
 * Gets the files that people sent from the carriers that have them: soon after the message, a few at a time, again and
 * again for 48 hours where it fails, and at once where somebody asks for one.
 */
export class RemoteFetcher {
  readonly #options: RemoteFetcherOptions
  /** By the media's id. */
  readonly #fetches = new Map<string, Promise<void>>()
  /** What is read right now, to be let go of at a stop. */
  readonly #streams = new Set<Readable>()
  readonly #stopping = Promise.withResolvers<FetchedRemote>()
  #cancel: (() => void) | null = null // null: stopped
  #round: Promise<void> = Promise.resolve()

  constructor(options: RemoteFetcherOptions) {
    this.#options = options
  }

  start(): void {
    this.#cancel = this.#options.clock.after(LOOK_EVERY_MS, () => this.#tick())
  }

  /** Lets go of what is being fetched; it is tried again after the next start. */
  async stop(): Promise<void> {
    this.#cancel?.()
    this.#cancel = null
    this.#stopping.resolve({ kind: 'later', reason: 'the server is stopping' })
    await this.#round
    for (const stream of this.#streams) stream.destroy()
    await Promise.all(this.#fetches.values())
  }

  /** Resolves when an attempt at the file is over, or at once where none can be made now. */
  async fetchNow(id: string): Promise<void> {
    const { db, clock } = this.#options
    const running = this.#fetches.get(id)
    if (running !== undefined) return running
    if (this.#cancel === null || this.#fetches.size >= FETCHES_MAX) return
    await this.#track(id, async () => {
      const claimed = await claimOne(db, { id, now: clock.now() })
      if (claimed !== null) await this.#attempt(claimed)
    })
  }

  #tick(): void {
    this.#round = this.#look()
      .catch((error) => this.#ignoreAbsence(error))
      .then(() => {
        if (this.#cancel !== null) this.start()
      })
  }

  async #look(): Promise<void> {
    const { db, clock } = this.#options
    const room = FETCHES_MAX - this.#fetches.size
    if (room === 0 || !(await isAnyDue(db, clock.now()))) return
    for (const claimed of await claimDue(db, { now: clock.now(), limit: room })) {
      void this.#track(claimed.id, () => this.#attempt(claimed))
    }
  }

  #track(id: string, work: () => Promise<void>): Promise<void> {
    const fetching = work()
      .catch((error) => this.#ignoreAbsence(error))
      .finally(() => this.#fetches.delete(id))
    this.#fetches.set(id, fetching)
    return fetching
  }

  /** While the store is away nothing is lost: what is due stays so, and what was held is free again after a while. */
  #ignoreAbsence(error: unknown): void {
    if (!(error instanceof DatabaseUnavailable)) this.#options.trouble(error)
  }

  async #attempt(claimed: ClaimedRemote): Promise<void> {
    const { observe } = this.#options
    const about = { id: claimed.id, carrierId: claimed.carrierId }
    const outcome = await this.#fetch(claimed)
    if (outcome.kind === 'kept') observe({ ...about, kind: 'fetched', size: outcome.size })
    else if (outcome.kind === 'failed') {
      const { clock, db } = this.#options
      const now = clock.now()
      const delayMs = Math.min(RETRY_MS_MIN * 2 ** (claimed.attempts - 1), RETRY_MS_MAX)
      const mayRetry = outcome.retry && now + delayMs <= claimed.createdAt + FETCH_FOR_MS
      await recordFailed(db, { claimed, dueAt: mayRetry ? now + delayMs : null, heldUntil: now + PAUSE_MS })
      observe({ ...about, kind: mayRetry ? 'fetch failed' : 'lost', reason: outcome.reason })
    }
  }

  async #fetch(claimed: ClaimedRemote): Promise<Outcome> {
    const answer = await this.#ask(claimed)
    if (answer.kind !== 'found') return { kind: 'failed', reason: answer.reason, retry: answer.kind === 'later' }
    const { stream, contentType } = answer
    this.#streams.add(stream)
    // One that fails after its reader has gone is nobody's business.
    stream.on('error', () => {})
    try {
      return await this.#keep(claimed, stream, claimed.contentType ?? contentType)
    } finally {
      this.#streams.delete(stream)
      stream.destroy()
    }
  }

  async #ask({ carrierId, remoteId }: ClaimedRemote): Promise<FetchedRemote> {
    const { clock, fetchRemote, trouble } = this.#options
    const asking = fetchRemote(carrierId, remoteId).catch((error): FetchedRemote => {
      trouble(error)
      return { kind: 'later', reason: 'asking the carrier failed' }
    })
    const inTime = withinTime(asking, { clock, timeoutMs: ANSWER_MS_MAX, late: NO_ANSWER })
    const answer = await Promise.race([inTime, this.#stopping.promise])
    if (answer.kind !== 'found') void asking.then(letGo)
    return answer
  }

  async #keep(claimed: ClaimedRemote, stream: Readable, declaredType: string | null): Promise<Outcome> {
    const { db, clock, arrivals } = this.#options
    const arrival = await arriveFile(arrivals, {
      owner: { accountId: claimed.accountId, origin: 'received' },
      bytes: stream,
      judge: (head) => ({ kind: 'fits', contentType: typeOfReceived(head, declaredType) }),
    })
    if (arrival.kind !== 'arrived') return { kind: 'failed', reason: arrival.kind, retry: arrival.kind !== 'too large' }
    let recorded = false
    try {
      recorded = await recordFetched(db, { claimed, file: arrival, now: clock.now() })
    } catch (error) {
      if (!(error instanceof FileGone)) throw error
    } finally {
      if (!recorded) await discard(db, arrival.fileId)
    }
    return recorded ? { kind: 'kept', size: arrival.size } : { kind: 'superseded' }
  }
}

/** An answer that came too late may hold a stream. */
function letGo(answer: FetchedRemote): void {
  if (answer.kind === 'found') answer.stream.destroy()
}

const NO_ANSWER: FetchedRemote = { kind: 'later', reason: 'the carrier did not answer in time' }

type Outcome =
  | { readonly kind: 'kept'; readonly size: number }
  | { readonly kind: 'failed'; readonly reason: string; readonly retry: boolean }
  /** The media was removed meanwhile, or somebody else fetched it. */
  | { readonly kind: 'superseded' }

const LOOK_EVERY_MS = 1_000
/** At once, on this node. */
const FETCHES_MAX = 8
const ANSWER_MS_MAX = 30_000
const RETRY_MS_MIN = 5_000
const RETRY_MS_MAX = 60 * 60_000
/** After a failure those who ask again and again do not make us ask the carrier each time. */
const PAUSE_MS = 5_000
const FETCH_FOR_MS = 48 * 60 * 60_000
