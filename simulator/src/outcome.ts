/** What happens to the messages for one number: how the SMSC answers the submission, and what becomes of the message. */
export interface Outcome {
  readonly submit: SubmitPlan
  /** Null: the handset gets the message, and nobody is ever told. */
  readonly receipt: ReceiptPlan | null
}

export type SubmitPlan =
  | { readonly kind: 'accept'; readonly delayMs: number }
  | { readonly kind: 'refuse'; readonly commandStatus: number; readonly times: Times }
  /** The message is taken, its response never sent. */
  | { readonly kind: 'silence'; readonly times: Times }
  | { readonly kind: 'close'; readonly moment: CloseMoment; readonly times: Times }

/** How many tries for a number go wrong before one is accepted and the count starts again. Null: all of them. */
export type Times = number | null

/** 'untaken': before anything happened. 'half': after half of the response. 'taken': instead of the response. */
export type CloseMoment = 'untaken' | 'half' | 'taken'

export interface ReceiptPlan {
  readonly state: FinalState
  /** The word after `stat:` when it is not the usual one of `state`. */
  readonly word: string | null
  /** Four hexadecimal digits, '0000': none, at most 03e7: the receipt's text has room for 999. */
  readonly errorCode: string
  /** Counted from the response. */
  readonly delayMs: number
  readonly timing: 'after response' | 'before response'
  readonly copies: number
  readonly form: 'text and tlvs' | 'text' | 'tlvs'
  /** Message ids are decimal; this says where the same number is written in hexadecimal instead. */
  readonly ids: 'same' | 'hex receipt' | 'hex response'
  readonly intermediate: IntermediatePlan | null // null: none
}

export interface IntermediatePlan {
  readonly state: 'enroute' | 'accepted'
  /** 'after' is a receipt that was overtaken on its way. */
  readonly order: 'before final' | 'after final'
}

export type FinalState = 'delivered' | 'expired' | 'deleted' | 'undeliverable' | 'unknown' | 'rejected'

export const accept: SubmitPlan = { kind: 'accept', delayMs: 0 }

export const plainReceipt: ReceiptPlan = {
  state: 'delivered',
  word: null,
  errorCode: '0000',
  delayMs: 0,
  timing: 'after response',
  copies: 1,
  form: 'text and tlvs',
  ids: 'same',
  intermediate: null,
}

/** What happens to every number that nothing else is said about. */
export const delivered: Outcome = { submit: accept, receipt: plainReceipt }
