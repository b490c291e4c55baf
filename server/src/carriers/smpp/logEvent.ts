/** One finished thing worth a line in the log; `bind` counts from 0. Never carries texts, numbers or passwords. */
export type SmppCarrierLogEvent =
  | { readonly event: 'carrier.bound'; readonly carrierId: string; readonly bind: number; readonly bindType: string }
  | {
      readonly event: 'carrier.bind_failed' | 'carrier.bind_lost'
      readonly carrierId: string
      readonly bind: number
      readonly reason: string
      readonly retryInMs: number
    }
  | {
      readonly event: 'carrier.throttled'
      readonly carrierId: string
      readonly reason: string
      readonly pauseMs: number
    }
  | { readonly event: 'carrier.receipt_unreadable'; readonly carrierId: string }
