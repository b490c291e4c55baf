/** One finished thing worth a line in the log. Never carries texts, numbers or credentials. */
export type TwilioCarrierLogEvent =
  | { readonly event: 'carrier.up'; readonly carrierId: string }
  | { readonly event: 'carrier.down'; readonly carrierId: string; readonly reason: string }
  | {
      readonly event: 'carrier.throttled'
      readonly carrierId: string
      readonly reason: string
      readonly pauseMs: number
    }
  /** A status callback with a right signature that says nothing we can use. */
  | { readonly event: 'carrier.receipt_unreadable'; readonly carrierId: string }
