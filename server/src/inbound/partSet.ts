/** What parts of one message have in common. Which carrier or bind brings them does not matter. */
export interface SetKey {
  readonly sender: string
  readonly recipient: string
  readonly reference: number
  readonly referenceBits: number
  readonly total: number
}

/** The parts of one long message as far as they are there. Times are epoch milliseconds. */
export interface PartSet extends SetKey {
  readonly id: string
  /** Parts that are there, without late ones. */
  present: number
  readonly openedAt: number
  /** Open: when no more parts are waited for. Closed: until when parts are compared with it. */
  dueAt: number | null // null: not any more
  closedAt: number | null // null: open
  messageId: string | null // null: open
  /** By number; only those that matter at the moment. */
  readonly parts: Map<number, SetPart>
}

export interface SetPart {
  /** 1–total */
  readonly number: number
  readonly carrierId: string
  readonly dataCoding: number
  /** User data as it came, as hex. */
  readonly payload: string
  readonly receivedAt: number
  /** It came when its message had been recorded without it. */
  readonly late: boolean
  /** When it came for the last time after its set was closed. */
  againAt: number | null // null: it did not
}

export function isSamePart(one: SetPart, other: SetPart): boolean {
  return one.payload === other.payload && one.dataCoding === other.dataCoding
}

/** A text that is the same for equal keys only. */
export function keyText({ sender, recipient, reference, referenceBits, total }: SetKey): string {
  return JSON.stringify([sender, recipient, reference, referenceBits, total])
}
