import type { Sender } from '../numbers/address.ts'
import type { Scope } from './scopes.ts'

/** A customer: who may send, as whom, how fast, and where its inbound messages go. Accounts live in the config file. */
export interface Account {
  readonly id: string
  readonly name: string
  readonly apiKeys: readonly ConfiguredKey[]
  readonly numbers: readonly AccountNumber[]
  readonly senders: readonly Sender[] | null // null: any sender
  /** How long a channel of a chain may be without a receipt before the next is tried. */
  readonly chatStepWaitMs?: number // absent: as all accounts
  readonly limits: { readonly requestsPerSecond: number | null } // null: no limit
  /** What is answered to keywords; an empty text answers nothing. */
  readonly optOutReplies: { readonly stop: string; readonly start: string; readonly help: string }
}

/** A key written in the config file; any text will do. Keys that we make are in the table api_keys instead. */
export interface ConfiguredKey {
  readonly key: string
  readonly name: string | null
  readonly scopes: readonly Scope[]
}

/** A number whose inbound messages belong to the account. */
export interface AccountNumber {
  /** E.164, or a short code as plain digits. */
  readonly number: string
  readonly inbound: InboundTarget | null // null: kept, nobody is called
  /** Whether STOP, START and HELP count; 'auto': on long codes of the United States. */
  readonly optOut: 'auto' | 'on' | 'off'
}

export interface InboundTarget {
  readonly url: string
  readonly method: 'GET' | 'POST'
}
