import { measureGsm7 } from '@heliograph/text/gsm0338'
import type { Sender } from './address.ts'
import { parseNumber } from './parseNumber.ts'

/**
 * What a phone shall show as the origin. Digits alone are a short code when there are 3 to 8 of them, else an
 * international number with or without its +; everything else is an alphanumeric sender of 1 to 11 GSM characters
 * (septets: that is what the address field of an SMS holds, TS 23.040 §9.1.2.5). Null when it is none of these.
 */
export function parseSender(input: string): Sender | null {
  if (/^[0-9]{3,8}$/.test(input)) return { kind: 'short code', value: input }
  if (/^[+ ]?[0-9]+$/.test(input)) return parseNumberSender(input)
  return isAlphanumericSender(input) ? { kind: 'alphanumeric', value: input } : null
}

export interface TonNpi {
  readonly ton: number
  readonly npi: number
}

/** Type of number and numbering plan of a source address (SMPP 3.4 §5.2.5, §5.2.6). */
export function tonNpi(sender: Sender): TonNpi {
  switch (sender.kind) {
    case 'number':
      return INTERNATIONAL
    case 'short code':
      return NETWORK_SPECIFIC
    case 'alphanumeric':
      return ALPHANUMERIC
  }
}

const SENDER_SEPTETS_MAX = 11

function parseNumberSender(input: string): Sender | null {
  const value = parseNumber(input)
  return value === null ? null : { kind: 'number', value }
}

function isAlphanumericSender(input: string): boolean {
  const septets = measureGsm7(input)
  if (septets === null || septets > SENDER_SEPTETS_MAX) return false
  return !/[\r\n\f]/.test(input) && input.trim() !== ''
}

const INTERNATIONAL: TonNpi = { ton: 1, npi: 1 }
/** A short code belongs to one network and to no E.164 plan, so NPI 1 (ISDN) would be a false claim: unknown. */
const NETWORK_SPECIFIC: TonNpi = { ton: 3, npi: 0 }
const ALPHANUMERIC: TonNpi = { ton: 5, npi: 0 }

/** Recipients are always international numbers. */
export const destinationTonNpi: TonNpi = INTERNATIONAL
