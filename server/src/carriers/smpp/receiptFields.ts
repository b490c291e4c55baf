import type { Receipt } from '../carrier.ts'

export type ReceiptState = Receipt['state']

/** The state behind `stat:`, which SMSCs spell out, cut to seven letters or give as a number; null: not a known one. */
export function stateOfStat(stat: string): ReceiptState | null {
  if (/^\d{1,2}$/.test(stat)) return stateOfMessageState(Number(stat))
  const spelled = stat.toUpperCase()
  for (const [start, state] of STATES_BY_SPELLING) {
    if (spelled.startsWith(start)) return state
  }
  return null
}

/** The state in the message_state TLV (SMPP 3.4 §5.2.28; 0 and 9 are from 5.0); null: not a known one. */
export function stateOfMessageState(messageState: number): ReceiptState | null {
  return STATES_BY_NUMBER[messageState] ?? null
}

/** A deleted message was taken back before it was delivered. ACCEPTD and BUFFRED say that the SMSC still tries. */
const STATES_BY_SPELLING: readonly (readonly [string, ReceiptState])[] = [
  ['DELIV', 'delivered'],
  ['UNDEL', 'undelivered'],
  ['EXPIR', 'expired'],
  ['REJEC', 'rejected'],
  ['DELET', 'undelivered'],
  ['FAIL', 'undelivered'],
  ['SKIP', 'rejected'],
  ['ENROU', 'enroute'],
  ['ACCEP', 'enroute'],
  ['BUFF', 'enroute'],
  ['SCHED', 'enroute'],
  ['UNKNO', 'unknown'],
]

const STATES_BY_NUMBER: readonly ReceiptState[] = [
  'enroute',
  'enroute',
  'delivered',
  'expired',
  'undelivered',
  'undelivered',
  'enroute',
  'unknown',
  'rejected',
  'rejected',
]

/**
 * `err:` as four hex digits: digits alone are a decimal number (`011` is 000b), anything with a letter a–f is hex
 * (`00A` is 000a), what exceeds 16 bits or is neither is '0000' because it says nothing anybody could look up.
 */
export function errorCodeOfErr(err: string): string {
  if (/^\d{1,5}$/.test(err)) return fourHexDigits(Number(err))
  return /^(?:0x)?[0-9a-f]{1,4}$/i.test(err) ? fourHexDigits(Number.parseInt(err.replace(/^0x/i, ''), 16)) : NO_ERROR
}

export function fourHexDigits(code: number): string {
  return code > 0xffff ? NO_ERROR : code.toString(16).padStart(4, '0')
}

export const NO_ERROR = '0000'

/**
 * Epoch ms of a receipt's date: YYMMDDhhmm, YYMMDDhhmmss or with a four-digit year, by the SMSC's own clock, or SMPP's
 * absolute time format with its offset (§7.1.1). null: no date.
 */
export function timeOfReceiptDate(written: string, utcOffsetMs: number): number | null {
  const absolute = /^(\d{12})\d(\d{2})([+-])/.exec(written)
  if (absolute) {
    const quarterHours = Number(absolute[2]) * (absolute[3] === '+' ? 1 : -1)
    return timeOfDigits(`20${absolute[1]}`, quarterHours * 15 * 60_000)
  }
  const date = written.slice(0, 25).replace(/[-/.:T ]/g, '')
  if (!/^\d+$/.test(date)) return null
  switch (date.length) {
    case 10:
      return timeOfDigits(`20${date}00`, utcOffsetMs)
    case 12: // With seconds, or with a long year: no year of ours makes both a date, since `2026…` has no 26th month.
      return timeOfDigits(`20${date}`, utcOffsetMs) ?? timeOfDigits(`${date}00`, utcOffsetMs)
    case 14:
      return timeOfDigits(date, utcOffsetMs)
    default:
      return null
  }
}

/** YYYYMMDDhhmmss. Receipts of one minute carry the same digits, so the last answer is kept. */
function timeOfDigits(digits: string, utcOffsetMs: number): number | null {
  if (digits !== lastDigits) {
    lastTime = utcOfDigits(digits)
    lastDigits = digits
  }
  return lastTime === null ? null : lastTime - utcOffsetMs
}

let lastDigits = ''
let lastTime: number | null = null

/** Refused when a field is out of range (30 February too). */
function utcOfDigits(digits: string): number | null {
  const iso = digits.replace(/^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/, '$1-$2-$3T$4:$5:$6.000Z')
  const time = Date.parse(iso)
  return Number.isNaN(time) || new Date(time).toISOString() !== iso ? null : time
}
