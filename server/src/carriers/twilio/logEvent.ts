import type { HttpCarrierLogEvent } from '../http/logEvent.ts'

/** One finished thing worth a line in the log. Never carries texts, numbers or credentials. */
export type TwilioCarrierLogEvent =
  | HttpCarrierLogEvent
  /** A status callback with a right signature that says nothing we can use. */
  | { readonly event: 'carrier.receipt_unreadable'; readonly carrierId: string }
