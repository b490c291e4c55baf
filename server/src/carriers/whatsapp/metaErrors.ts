import type { RetryAdvice } from '../carrier.ts'

/** What an error of WhatsApp means for us. */
export interface Trouble {
  /** Ours: 0b20 to 0b2f, as docs/operate/whatsapp.md lists them. */
  readonly code: number
  /** Begins with `whatsapp::error::` and Meta's number where there is one. */
  readonly reason: string
  readonly retry: RetryAdvice
  /** 'pause': all messages have to wait. 'down': none can be sent until the number is seen to be well. */
  readonly effect: 'none' | 'pause' | 'down'
}

/** Meta's own account of it. */
export interface MetaError {
  readonly code: number
  readonly title: string | null // null: it says none
  readonly details: string | null
  readonly isTransient: boolean
}

/**
 * What an answer other than success means.
 *
 * 'never' is left to what is wrong with the message, its recipient or its moment; what this number may not do, or not
 * now, may change within the message's validity.
 * @param status HTTP status, 300 or more
 */
export function troubleOfAnswer(status: number, error: MetaError | null): Trouble {
  if (error !== null) {
    const known = kindOfCode(error.code)
    if (known !== null) return troubleOf(known, error)
  }
  const kind = kindOfStatus(status, error)
  return error === null
    ? { ...kind, reason: `${kind.reason} (HTTP ${status})` }
    : troubleOf({ kind, words: null }, error)
}

/** Why a message that WhatsApp had taken did not arrive. */
export function troubleOfStatus(error: MetaError | null): Trouble {
  return error === null ? UNDELIVERED : troubleOf(kindOfCode(error.code) ?? { kind: OTHER, words: null }, error)
}

interface Known {
  readonly kind: Trouble
  readonly words: string | null // null: those of its kind
}

function troubleOf({ kind, words }: Known, { code, title, details }: MetaError): Trouble {
  const said = words ?? (kind === OTHER && title !== null ? masked(title) : kind.reason)
  const more = DETAILED.has(kind) && details !== null ? ` (${masked(details)})` : ''
  return { ...kind, reason: `whatsapp::error::${code} ${said}${more}` }
}

/** Meta repeats numbers in what it says; a reason is shown in lists, so it must not. */
function masked(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').replace(/\d(?:[ ()-]?\d){5,}/g, '…')
  return line.length > WORDS_CHARACTERS_MAX ? `${line.slice(0, WORDS_CHARACTERS_MAX).toWellFormed()}…` : line
}

const WORDS_CHARACTERS_MAX = 200

function kindOfStatus(status: number, error: MetaError | null): Trouble {
  if (status === 401) return TOKEN
  if (status === 403) return PERMISSION
  if (status === 429) return BUSY
  if (status >= 500 || error?.isTransient === true) return BROKEN
  return status < 400 ? REDIRECT : OTHER
}

const WINDOW: Trouble = kind(0x0b20, 'the person has not written within 24 hours', 'never')
const TEMPLATE: Trouble = kind(0x0b21, 'the template cannot be sent like this', 'never')
const RECIPIENT: Trouble = kind(0x0b22, 'the recipient cannot be reached over WhatsApp', 'never')
const REQUEST: Trouble = kind(0x0b23, 'WhatsApp does not accept the content', 'never')
const BUSY: Trouble = kind(0x0b24, 'too many messages for WhatsApp', 'same carrier later', 'pause')
/** Of one person: the others need not wait. */
const PAIR: Trouble = kind(0x0b25, 'too many messages to this person', 'same carrier later')
const TOKEN: Trouble = kind(0x0b26, 'WhatsApp does not accept the access token', 'next carrier', 'down')
const PERMISSION: Trouble = kind(0x0b26, 'the access token may not send from this number', 'next carrier')
const ACCOUNT: Trouble = kind(0x0b27, 'WhatsApp does not let this number send', 'next carrier')
const BROKEN: Trouble = kind(0x0b28, 'WhatsApp is in trouble', 'same carrier later', 'pause')
/** What Meta cannot name may be about this one message. */
const HICCUP: Trouble = kind(0x0b28, 'something went wrong at WhatsApp', 'same carrier later')
const REDIRECT: Trouble = kind(0x0b28, 'WhatsApp points elsewhere', 'next carrier')
const MEDIA: Trouble = kind(0x0b29, 'WhatsApp could not take the file', 'never')
const HELD_BACK: Trouble = kind(0x0b2a, 'Meta chose not to deliver the message', 'never')
const OTHER: Trouble = kind(0x0b2f, 'WhatsApp refused the message', 'never')
const UNDELIVERED: Trouble = kind(0x0b2f, 'WhatsApp could not deliver the message', 'never')

/** Where Meta's details tell the customer which part of the message is wrong. */
const DETAILED: ReadonlySet<Trouble> = new Set([TEMPLATE, REQUEST, MEDIA])

export const MEDIA_GONE: Trouble = { ...MEDIA, reason: 'the file to send is not there any more' }
export const UPLOAD_CUT_OFF: Trouble = { ...HICCUP, reason: 'the upload of the file was cut off' }

function kind(code: number, reason: string, retry: RetryAdvice, effect: Trouble['effect'] = 'none'): Trouble {
  return { code, reason, retry, effect }
}

function kindOfCode(code: number): Known | null {
  const known = BY_CODE.get(code)
  if (known !== undefined) return known
  if (code >= 200 && code <= 299) return { kind: PERMISSION, words: null }
  // A number that this table does not know yet is still about a template.
  return code >= 132_000 && code <= 132_999 ? { kind: TEMPLATE, words: null } : null
}

/** By the lists of codes of the Cloud API and of the Graph API below it. */
const BY_CODE: ReadonlyMap<number, Known> = new Map(
  (
    [
      [0, TOKEN, 'the access token is not valid any more'],
      [1, HICCUP, null],
      [2, BROKEN, null],
      [3, PERMISSION, null],
      [4, BUSY, 'the app has made too many calls'],
      [10, PERMISSION, null],
      [33, ACCOUNT, 'the number does not exist any more'],
      [100, REQUEST, 'a parameter is not valid'],
      [190, TOKEN, 'the access token is not valid any more'],
      [368, ACCOUNT, 'the account is blocked for a while because of its messages'],
      [80_007, BUSY, 'the account has made too many calls'],
      [130_429, BUSY, 'the number has reached its throughput'],
      [130_472, HELD_BACK, 'the person is part of an experiment of Meta, and gets no such messages'],
      [130_497, RECIPIENT, 'the number may not write to people in this country'],
      [131_000, HICCUP, null],
      [131_005, PERMISSION, null],
      [131_008, REQUEST, 'a parameter is missing'],
      [131_009, REQUEST, 'the value of a parameter is not valid'],
      [131_016, BROKEN, 'a service of WhatsApp is not available'],
      [131_021, RECIPIENT, 'the recipient is the sender'],
      [131_026, RECIPIENT, 'the recipient is not on WhatsApp, or cannot receive the message'],
      [131_030, RECIPIENT, 'the recipient is not on the list of the test number'],
      [131_031, ACCOUNT, 'the account is locked'],
      [131_037, ACCOUNT, 'the display name of the number is not approved'],
      [131_042, ACCOUNT, 'the account has a problem with its payment'],
      [131_045, ACCOUNT, 'the number is not registered'],
      [131_047, WINDOW, 'the person has not written within 24 hours, so only a template can be sent'],
      [131_048, ACCOUNT, 'the number is restricted because people blocked or reported it'],
      [131_049, HELD_BACK, 'Meta chose not to deliver the message, to keep people engaged'],
      [131_050, HELD_BACK, 'the person does not want marketing messages from this number'],
      [131_051, REQUEST, 'messages of this type are not supported'],
      [131_052, MEDIA, 'the file could not be fetched'],
      [131_053, MEDIA, 'the file could not be uploaded'],
      [131_056, PAIR, null],
      [131_057, BROKEN, 'the account is in maintenance'],
      [132_000, TEMPLATE, 'the number of parameters is not that of the template'],
      [132_001, TEMPLATE, 'the template does not exist in this language, or is not approved'],
      [132_005, TEMPLATE, 'the text of the template is too long with its parameters'],
      [132_007, TEMPLATE, 'the template breaks a rule of WhatsApp'],
      [132_012, TEMPLATE, 'a parameter has not the format that the template wants'],
      [132_015, TEMPLATE, 'the template is paused because of its quality'],
      [132_016, TEMPLATE, 'the template is disabled because of its quality'],
      [133_004, BROKEN, 'a server of WhatsApp is not available'],
      [133_010, ACCOUNT, 'the number is not registered'],
      [135_000, REQUEST, 'something is wrong with the parameters'],
    ] satisfies readonly (readonly [number, Trouble, string | null])[]
  ).map(([code, kind, words]) => [code, { kind, words }]),
)
