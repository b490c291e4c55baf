import type { HttpCarrierLogEvent } from '../http/logEvent.ts'

/** One finished thing worth a line in the log. Never carries texts, numbers or credentials. */
export type WhatsAppLogEvent =
  | HttpCarrierLogEvent
  /** A signed webhook, or `count` entries of it, that say nothing we can use. */
  | { readonly event: 'carrier.webhook_unreadable'; readonly carrierId: string; readonly count: number }
