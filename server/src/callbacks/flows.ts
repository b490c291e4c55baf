import type { ChatChannel } from '../chat/chat.ts'

/** Automations that are started by what persons write: triggers of Power Automate. */
export interface Flows {
  /**
   * From then on each message to the number is sent to `url`, until it answers 404 or 410. Several flows may watch one
   * number. Null: the account has `flowsMax` of them already.
   */
  subscribe(flow: NewFlow): Promise<{ readonly id: string } | null>
  /** What was still to be sent is given up. False: the account has no such flow. */
  unsubscribe(accountId: string, id: string): Promise<boolean>
}

export interface NewFlow {
  readonly accountId: string
  readonly channel: ChatChannel | null // null: all
  /** The account's own, with + or without. */
  readonly number: string | null // null: all
  /** An absolute URL that passed `checkCallbackUrl`. */
  readonly url: string
}
