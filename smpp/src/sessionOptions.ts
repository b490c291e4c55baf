import { type Clock, systemClock } from './clock.ts'

/** The limits of one session. Each of them ends in an answer or a close, never in waiting without end. */
export interface SessionOptions {
  /** Own requests that may wait for their response at once. */
  readonly windowMax: number
  /** How long a response may take. A request may be given up as much as a quarter of it later, never earlier. */
  readonly responseTimeoutMs: number
  /** Silence from the peer after which enquire_link asks for a sign of life; 0: never. */
  readonly enquireLinkMs: number
  /** The longest PDU taken or sent. */
  readonly pduBytesMax?: number
  /** Requests of the peer that may wait for our response; beyond it the socket is not read. */
  readonly requestsOpenMax?: number
  /** PDUs in a row that make no sense; the session closes after that many. */
  readonly badPdusMax?: number
  /** Octets the peer may leave unread before its own requests are no longer read. */
  readonly outputBytesMax?: number
  readonly clock?: Clock
  /** The sequence number before the first one used; for tests of the wrap. */
  readonly sequenceNumberLast?: number
}

export function withDefaults(options: SessionOptions): Required<SessionOptions> {
  return {
    pduBytesMax: 65_536,
    requestsOpenMax: 1000,
    badPdusMax: 10,
    outputBytesMax: 1_048_576,
    clock: systemClock,
    sequenceNumberLast: 0,
    ...options,
  }
}
