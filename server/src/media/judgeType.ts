import { MEDIA_TYPES, type MediaType, typeOfFileName } from './mediaTypes.ts'

export type TypeVerdict =
  | { readonly kind: 'fits'; readonly contentType: string }
  | { readonly kind: 'wrong'; readonly reason: string }

/** The type of what somebody uploads: one that is known, and the one that was declared if any was. */
export function judgeUpload(
  head: Buffer,
  { declaredType, fileName }: { readonly declaredType: string | null; readonly fileName: string | null },
): TypeVerdict {
  const declared = essenceOf(declaredType)
  const found = MEDIA_TYPES.find(({ fits }) => fits(head))
  if (found === undefined) {
    return { kind: 'wrong', reason: 'the bytes are of no type that is taken; see the documentation for those that are' }
  }
  if (declared === null) return { kind: 'fits', contentType: finerOf(found, essenceOf(typeOfFileName(fileName ?? ''))) }
  const contentType = found.declarable.get(declared)
  return contentType === undefined
    ? { kind: 'wrong', reason: `the bytes are ${found.contentType}, and not ${declared.slice(0, SHOWN_MAX)}` }
    : { kind: 'fits', contentType }
}

/** The type of what a person sent: what the bytes say, finer where the carrier's word for it fits them. */
export function typeOfReceived(head: Buffer, declaredType: string | null): string {
  const declared = essenceOf(declaredType)
  const found = MEDIA_TYPES.find(({ fits }) => fits(head))
  if (found === undefined) return 'application/octet-stream'
  return finerOf(found, declared)
}

/** What somebody says of the bytes where it fits them, or else what they say themselves. */
function finerOf({ contentType, declarable }: MediaType, word: string | null): string {
  return declarable.get(word ?? '') ?? contentType
}

/** 'audio/OGG; codecs=opus' → 'audio/ogg'. Null: not declared, or only as bytes. */
function essenceOf(contentType: string | null): string | null {
  const essence = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  return UNDECLARED.has(essence) ? null : essence
}

/** What HTTP clients say when nobody told them. */
const UNDECLARED = new Set([
  '',
  '*/*',
  'application/octet-stream',
  'binary/octet-stream',
  'application/x-www-form-urlencoded',
])

const SHOWN_MAX = 100
