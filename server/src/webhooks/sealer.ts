/** Keeps text secret in the database. */
export interface Sealer {
  /** `place` says where the result belongs; elsewhere it does not open. */
  seal(text: string, place: string): string
  /** Null: it was sealed with another key or for another place. */
  open(sealed: string, place: string): string | null
}

/** Where an endpoint's sealed texts belong. A secret may move from one column to the other, so both are one place. */
export const sealPlaces = {
  secret: (endpointId: string): string => `webhook_endpoints.secret ${endpointId}`,
  headerValue: (endpointId: string): string => `webhook_endpoints.header_value ${endpointId}`,
}
