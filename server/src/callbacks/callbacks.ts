import type { NotifyOfChats } from '../chat/chatHappening.ts'
import type { AnnounceInbound } from '../inbound/inboundMessage.ts'
import type { CallbackScope, CallbackSettings, ShownCallbackSettings } from './callbackSettings.ts'
import type { MediaCredentials, ShownMediaCredentials } from './mediaCredentials.ts'

/** What customers are told of their conversations, and where. */
export interface Callbacks {
  /** Writes the deliveries that happenings owe, in their transaction; the calls are made after the commit. */
  readonly announce: NotifyOfChats
  /** The same for SMS that handsets wrote; the account's own webhook endpoints are told elsewhere. */
  readonly announceInboundSms: AnnounceInbound
  /** What was said for this very scope; null: nothing ever. */
  read(accountId: string, scope: CallbackScope): Promise<ShownCallbackSettings | null>
  /** Writes what is given and leaves the rest as it is: for a complete change give every property. */
  write(accountId: string, scope: CallbackScope, settings: Partial<CallbackSettings>): Promise<ShownCallbackSettings>
  /** Everything said for the account, its channels and its numbers; the widest scopes first. */
  list(accountId: string): Promise<ScopedSettings[]>
  readMediaCredentials(accountId: string): Promise<ShownMediaCredentials | null>
  /** Null deletes them. */
  writeMediaCredentials(accountId: string, credentials: MediaCredentials | null): Promise<void>
}

export interface ScopedSettings {
  readonly scope: CallbackScope
  readonly settings: ShownCallbackSettings
}
