import { vendorSignature } from '../webhooks/signCall.ts'
import { type EffectiveSettings, UNREADABLE } from './mergeSettings.ts'

/** Names and values in turn: the signature and the header that the account wants; null: one of them cannot be read. */
export function signCallback(
  { signature, header }: Pick<EffectiveSettings, 'signature' | 'header'>,
  signed: { readonly nowMs: number; readonly body: string },
): string[] | null {
  if (signature === UNREADABLE || header === UNREADABLE) return null
  return [
    ...(signature === null ? [] : vendorSignature(signed, signature)),
    ...(header === null ? [] : [header.name, header.value]),
  ]
}
