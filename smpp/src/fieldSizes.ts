/**
 * The most octets of each C-octet string, its NUL included: SMPP 3.4 section 4 under `written`. `read` is what is
 * taken from a peer; it is wider where SMSCs in the field exceed the specification and refusing would lose messages.
 */
export const fieldSizes = {
  // Carriers hand out credentials longer than the specification allows and expect them back, so both ways are wide.
  systemId: { written: 64, read: 64 },
  password: { written: 64, read: 64 },
  systemType: { written: 13, read: 64 },
  addressRange: { written: 41, read: 64 },
  // Own service types such as "USSD-2" or a tariff class overrun the six octets.
  serviceType: { written: 6, read: 32 },
  // Opaque sender ids and numbers with routing prefixes come with more than 20 characters.
  address: { written: 21, read: 65 },
  // data_sm and alert_notification have wider addresses by themselves.
  dataAddress: { written: 65, read: 65 },
  // Aggregators join several upstream ids into one; without it the receipt could not be matched.
  messageId: { written: 65, read: 256 },
  dlName: { written: 21, read: 65 },
  time: { written: 17, read: 32 },
} as const

/** Octets of short_message; its length octet could say 255, and some peers do. */
export const SHORT_MESSAGE_OCTETS_MAX = 254

/** Destinations of one submit_multi, section 4.5.1. */
export const DESTINATIONS_MAX = 254
