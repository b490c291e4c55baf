import type { Sealer } from '../sealer.ts'

/** What is to be sent to one phone and seen nowhere else. */
export interface Code {
  readonly code: string
  /** The customer's own text, which may hold the code already; null: the application's template. */
  readonly text: string | null
}

export function sealCode(sealer: Sealer, otpId: string, { code, text }: Code): string {
  return sealer.seal(JSON.stringify([code, text]), placeOf(otpId))
}

/** Null: there is none any more, or it was sealed under another secret. */
export function openCode(sealer: Sealer, otpId: string, sealed: string | null): Code | null {
  const opened = sealed === null ? null : sealer.open(sealed, placeOf(otpId))
  if (opened === null) return null
  const [code, text] = JSON.parse(opened) as [string, string | null]
  return { code, text }
}

function placeOf(otpId: string): string {
  return `otps.sealed ${otpId}`
}
