import type { Carrier, CarrierHealth, OnDoubt, SegmentSubmission, SubmitOutcome } from '../src/carriers/carrier.ts'

/** What a scripted carrier does with a segment: how the try ends, or 'silence' to keep it open. */
export type Script = (submission: SegmentSubmission, try_: { readonly number: number }) => SubmitOutcome | 'silence'

/** A carrier that does as a test tells it. Takes segments at once and ends them on a later turn, by its script. */
export class ScriptedCarrier implements Carrier {
  readonly id: string
  readonly onDoubt: OnDoubt
  /** Everything it was ever handed, in order. */
  readonly received: SegmentSubmission[] = []
  script: Script
  windowMax: number
  #up = true
  #open: ((outcome: SubmitOutcome) => void)[] = []
  #inFlight = 0
  #onRoom: (carrierId: string) => void = () => {}

  constructor(id: string, { onDoubt = 'resend', windowMax = 100, script = acceptAll }: ScriptedCarrierOptions = {}) {
    this.id = id
    this.onDoubt = onDoubt
    this.windowMax = windowMax
    this.script = script
  }

  /** Whom to tell of room; given by the engine under test. */
  onRoom(listener: (carrierId: string) => void): void {
    this.#onRoom = listener
  }

  room(): number {
    return this.#up ? Math.max(0, this.windowMax - this.#inFlight) : 0
  }

  submit(submission: SegmentSubmission, done: (outcome: SubmitOutcome) => void): void {
    if (this.room() === 0) throw new Error(`carrier ${this.id} was handed a segment without room`)
    this.received.push(submission)
    this.#inFlight++
    const outcome = this.script(submission, { number: this.received.length })
    const end = (ending: SubmitOutcome) => {
      this.#inFlight--
      done(ending)
      if (this.room() === 1) this.#onRoom(this.id)
    }
    if (outcome === 'silence') this.#open.push(end)
    else setImmediate(end, outcome)
  }

  health(): CarrierHealth {
    const bindsUp = this.#up ? 1 : 0
    return { up: this.#up, bindsUp, bindsWanted: 1, inFlight: this.#inFlight, lastError: null }
  }

  start(): void {
    this.comeUp()
  }

  async stop(): Promise<void> {
    this.#up = false
    this.endOpen({ kind: 'unknown', reason: 'bind lost' })
    await new Promise((resolve) => setImmediate(resolve))
  }

  goDown(): void {
    this.#up = false
  }

  comeUp(): void {
    this.#up = true
    this.#onRoom(this.id)
  }

  /** Ends all that its script kept open. */
  endOpen(outcome: SubmitOutcome): void {
    for (const end of this.#open.splice(0)) setImmediate(end, outcome)
  }

  /** Ids of the messages it was handed a segment of, in order, one entry a segment. */
  receivedIds(): string[] {
    return this.received.map(({ messageId }) => messageId)
  }
}

export interface ScriptedCarrierOptions {
  readonly onDoubt?: OnDoubt
  readonly windowMax?: number
  readonly script?: Script
}

/** Gives each segment an id of its own. */
export const acceptAll: Script = ({ messageId, segment }, { number }) => ({
  kind: 'accepted',
  carrierMessageId: `${messageId}/${segment.number}/${number}`,
})

export const keepOpen: Script = () => 'silence'

export const refuse =
  (retry: 'never' | 'same carrier later' | 'next carrier', code = 0x58): Script =>
  () => ({ kind: 'refused', code, reason: `refused: ${retry}`, retry })
