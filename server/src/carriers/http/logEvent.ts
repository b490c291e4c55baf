/** What every carrier over HTTP has to log. Never carries texts, numbers or credentials. */
export type HttpCarrierLogEvent =
  | { readonly event: 'carrier.up'; readonly carrierId: string }
  | { readonly event: 'carrier.down'; readonly carrierId: string; readonly reason: string }
  | {
      readonly event: 'carrier.throttled'
      readonly carrierId: string
      readonly reason: string
      readonly pauseMs: number
    }
