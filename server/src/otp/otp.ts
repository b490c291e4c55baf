import type { Message } from '../messages/message.ts'
import type { E164, Sender } from '../numbers/address.ts'
import type { Application } from './application.ts'
import type { ShownAs } from './shownAs.ts'

/** One issued code and what became of it; the code itself never leaves the store. Times are epoch milliseconds. */
export interface Otp {
  readonly id: string // UUID
  readonly accountId: string
  readonly applicationId: string
  readonly number: E164
  readonly status: OtpStatus
  /** Codes that were compared so far, the right one too. */
  readonly attempts: number
  readonly attemptsMax: number
  readonly createdAt: number
  readonly expiresAt: number
  readonly referenceId: string | null
  readonly finishedAt: number | null // null: active
}

/** Active until its code is given, its time is over, or its attempts are used up. */
export type OtpStatus = 'active' | 'verified' | 'expired' | 'too many attempts'

/** Something that happened to an OTP. */
export interface OtpEvent {
  readonly at: number
  readonly kind: 'send' | 'delivery' | 'check' | 'final'
  readonly channel: OtpChannel | null // null: not about a message
  readonly outcome: 'success' | 'failed' | null // null: not known yet
  /** The status of the message ('delivery'), or of the OTP after it; never the code. */
  readonly text: string | null
}

export type OtpChannel = 'sms' | 'voice'

/** Codes go by SMS or call, and by nothing else. */
export function otpChannelOf({ channel }: Message): OtpChannel {
  return channel === 'voice' ? 'voice' : 'sms'
}

/** How the customer wants the code to travel. 'auto': a call to landlines, an SMS to all other numbers. */
export type Via = 'auto' | OtpChannel

/**
 * Everything a customer does with OTPs. An id of another account is as unknown as one that never was. All throw
 * DatabaseUnavailable where the store is away: what was asked for may have been done all the same.
 */
export interface Otps {
  /** Makes a code and sends it; resolves when both are on disk. */
  send(order: OtpOrder): Promise<SendResult>
  /** Sends the same code again, for the rest of its time. What is null is as it was sent before. */
  resend(order: ResendOrder): Promise<ResendResult>
  check(order: CheckOrder): Promise<CheckResult>
  read(accountId: string, id: string): Promise<Otp | null>
  /** Newest first. Null: the number never got one. Empty: those it got were deleted. */
  list(accountId: string, number: E164): Promise<Otp[] | null>
  /** Resolves with the OTP as it was; from now on nobody finds it. */
  remove(accountId: string, id: string): Promise<Otp | null>
  /** Oldest first. */
  events(accountId: string, id: string): Promise<OtpEvent[] | null>
}

export interface OtpOrder {
  readonly accountId: string
  readonly application: Application
  readonly number: E164
  readonly via: Via
  readonly language: string | null // ISO 639-1; null: by the number's country
  readonly text: string | null // null: the application's template
  readonly referenceId: string | null
  readonly code: string | null // the customer's own, used as it is; null: one is made
  readonly sender: Sender | null // null: the application's
  readonly caller: string | null // as parseCaller returns it; null: the application's
  readonly pinLength: number | null // null: the application's
}

export interface ResendOrder {
  readonly accountId: string
  readonly id: string
  readonly via: Via | null
  readonly sender: Sender | null
  readonly caller: string | null // as parseCaller returns it
  /** Told what would be sent before anything is; what it throws, resend rejects with. */
  judge(send: SendToJudge): void
}

/** A code about to be sent, in what its application and its account may have rules for. */
export interface SendToJudge {
  readonly number: E164
  readonly application: Application
  readonly shown: ShownAs
}

export interface CheckOrder {
  readonly accountId: string
  readonly id: string
  readonly code: string
}

export type SendResult = { readonly kind: 'sent'; readonly otp: Otp } | Limited | Busy

export type ResendResult =
  | { readonly kind: 'resent'; readonly otp: Otp }
  | { readonly kind: 'unknown' }
  /** Not active any more, or its application is gone. */
  | { readonly kind: 'over'; readonly otp: Otp }
  | Limited
  | Busy

export type CheckResult =
  | { readonly kind: 'verified'; readonly otp: Otp }
  | { readonly kind: 'wrong'; readonly otp: Otp }
  /** The first check after its time was over or its attempts were used up. */
  | { readonly kind: 'refused'; readonly otp: Otp }
  /** Verified before, refused before, or its application is gone. */
  | { readonly kind: 'over'; readonly otp: Otp }
  | { readonly kind: 'unknown' }
  | Limited
  | Busy

/** The guard said no; nothing was sent or compared. */
export interface Limited {
  readonly kind: 'limited'
  readonly code: string
  readonly reason: string
  readonly retryAfterMs: number
}

/** Too many wait to be stored; nothing was sent or compared. */
export interface Busy {
  readonly kind: 'busy'
}
