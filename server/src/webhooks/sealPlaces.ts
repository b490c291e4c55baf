/** Where an endpoint's sealed texts belong. A secret may move from one column to the other, so both are one place. */
export const sealPlaces = {
  secret: (endpointId: string): string => `webhook_endpoints.secret ${endpointId}`,
  headerValue: (endpointId: string): string => `webhook_endpoints.header_value ${endpointId}`,
}
