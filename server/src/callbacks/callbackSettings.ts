import type { ChatChannel } from '../chat/chat.ts'
import type { SignatureMethod } from '../webhooks/subscription.ts'

/** Whom settings are for. Numbers are the account's own, as it writes them; a + before digits makes no difference. */
export type CallbackScope =
  | { readonly kind: 'account' }
  | { readonly kind: 'channel'; readonly channel: ChatChannel }
  | { readonly kind: 'number'; readonly channel: ChatChannel; readonly number: string }

/** Null throughout: not said here, so the wider scope decides, and in the end the default. */
export interface CallbackSettings {
  readonly callbackVersion: CallbackVersion | null
  /** Absolute http(s) URLs that passed `checkCallbackUrl`. */
  readonly inboundMessageUrl: string | null
  readonly messageStatusUrl: string | null
  /** Names of status events: 'MessageStatus::delivered' …; an empty list: all. */
  readonly eventFilter: readonly string[] | null
  readonly signature: { readonly secret: string; readonly method: SignatureMethod } | null
  /** A header that calls carry besides. */
  readonly header: { readonly key: string; readonly value: string } | null
}

/** The same as it is shown: what is secret never is. */
export interface ShownCallbackSettings extends Omit<CallbackSettings, 'signature' | 'header'> {
  readonly signature: { readonly method: SignatureMethod } | null
  readonly header: { readonly key: string } | null
}

/**
 * The shape of what is sent: 1.1 as the Chat API of that version, 2.x as events of version 2 (which have all fields of
 * 1.1 as well), 3 as events of version 3.
 */
export type CallbackVersion = (typeof CALLBACK_VERSIONS)[number]
export const CALLBACK_VERSIONS = ['1.1', '2.11', '2.12', '2.13', '3'] as const

/** Where no scope names a version. */
export const callbackVersionDefault = '2.12' satisfies CallbackVersion
