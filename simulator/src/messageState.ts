import type { FinalState } from './outcome.ts'

/** States of a message as SMPP 3.4 section 5.2.28 numbers them and appendix B writes them. */
export const messageStates = {
  enroute: { value: 1, word: 'ENROUTE' },
  delivered: { value: 2, word: 'DELIVRD' },
  expired: { value: 3, word: 'EXPIRED' },
  deleted: { value: 4, word: 'DELETED' },
  undeliverable: { value: 5, word: 'UNDELIV' },
  accepted: { value: 6, word: 'ACCEPTD' },
  unknown: { value: 7, word: 'UNKNOWN' },
  rejected: { value: 8, word: 'REJECTD' },
} as const satisfies Record<FinalState | 'enroute' | 'accepted', { value: number; word: string }>

export type MessageState = keyof typeof messageStates
