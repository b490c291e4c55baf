/** What tells a message from all others wherever it turns up, and when it was sent. */
export interface Mark {
  readonly run: number
  readonly sequence: number
  readonly sentAt: number // epoch ms
}

/** Of constant length, so that every request of a run has the same Content-Length. */
export function writeMark({ run, sequence, sentAt }: Mark): string {
  return `${String(run).padStart(4, '0')}-${String(sequence).padStart(6, '0')}-${sentAt}`
}

/** Null: there is none in this text. */
export function readMark(text: string): Mark | null {
  const found = /(\d{4})-(\d{6})-(\d{13})/.exec(text)
  return found && { run: Number(found[1]), sequence: Number(found[2]), sentAt: Number(found[3]) }
}

/** One segment of GSM 7. */
export function writeText(mark: string): string {
  return `Your parcel arrives today between 10 and 12. Please have your code ready: ${mark}`
}

/**
 * Recipients take turns, and runs that follow each other have others, no two of them close: limits of numbers and
 * prefixes see what a public service shows them. At the simulator the ending says whether there will be a receipt.
 */
export function recipientOf(run: number, sequence: number, receipt: boolean): string {
  const turn = String((run * RECIPIENTS + (sequence % RECIPIENTS)) % NUMBERS).padStart(5, '0')
  return `4915${turn}${receipt ? ENDING_DELIVERED : ENDING_SILENT}`
}

/** The simulator keeps what its last 10,000 handsets received, up to 200,000 messages together. */
export const RECIPIENTS = 5_000
export const MESSAGES_MAX = 200_000

const NUMBERS = 100_000
/** See docs/operate/simulator.md. */
const ENDING_SILENT = '999100'
const ENDING_DELIVERED = '000000'
