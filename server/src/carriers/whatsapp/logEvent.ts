/** One finished thing worth a line in the log. Never carries texts, numbers or credentials. */
export type WhatsAppLogEvent =
  | { readonly event: 'carrier.up'; readonly carrierId: string }
  | { readonly event: 'carrier.down'; readonly carrierId: string; readonly reason: string }
  | {
      readonly event: 'carrier.throttled'
      readonly carrierId: string
      readonly reason: string
      readonly pauseMs: number
    }
  /** A signed webhook, or `count` entries of it, that say nothing we can use. */
  | { readonly event: 'carrier.webhook_unreadable'; readonly carrierId: string; readonly count: number }
