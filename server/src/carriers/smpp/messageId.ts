/** How a carrier writes its message ids. 'auto': looks at each id; 'text': no number at all, compared as written. */
export type MessageIdFormat = 'auto' | 'decimal' | 'hex' | 'text'

/**
 * Brings the id of a submit_sm_resp and the id of its receipt to one form, so that `BC614E`, `0x00bc614e`, `12345678`
 * and `0012345678` are the same message where the carrier says hex here and decimal there.
 *
 * A number becomes decimal without leading zeros. In 'auto' an id of digits is read as decimal and one that has a
 * letter a–f besides as hex: the same id is therefore always read alike on both sides, but a hex id that happens to
 * have no letter cannot be recognised, so a carrier that mixes forms should have its formats configured.
 * Ids that are no number in the given format (UUIDs, longer than 16 digits in hex) stay as they are.
 */
export function canonicalMessageId(raw: string, format: MessageIdFormat): string {
  const id = trimmed(raw)
  switch (format) {
    case 'text':
      return id
    case 'hex':
      return isHex(id) ? fromHex(id) : id
    case 'decimal':
    case 'auto':
      if (isDecimal(id)) return withoutLeadingZeros(id)
      return isHex(id) ? fromHex(id) : id
    default:
      return format satisfies never
  }
}

/** SMSCs pad ids with blanks, and a C-octet string may bring its NUL along. */
function trimmed(raw: string): string {
  const first = raw.charCodeAt(0)
  const last = raw.charCodeAt(raw.length - 1)
  if (first > 0x20 && last > 0x20) return raw
  let start = 0
  let end = raw.length
  while (start < end && raw.charCodeAt(start) <= 0x20) start++
  while (end > start && raw.charCodeAt(end - 1) <= 0x20) end--
  return raw.slice(start, end)
}

function isDecimal(id: string): boolean {
  for (let index = 0; index < id.length; index++) {
    const code = id.charCodeAt(index)
    if (code < 0x30 || code > 0x39) return false
  }
  return id.length > 0
}

/** An upper and a lower case letter in one id mean base 62 or the like: reading it as hex would merge two ids. */
function isHex(id: string): boolean {
  return /^(?:0[xX])?(?:[0-9a-f]{1,16}|[0-9A-F]{1,16})$/.test(id)
}

function fromHex(id: string): string {
  return BigInt(id.startsWith('0x') || id.startsWith('0X') ? id : `0x${id}`).toString()
}

function withoutLeadingZeros(id: string): string {
  let start = 0
  while (start < id.length - 1 && id.charCodeAt(start) === 0x30) start++
  return start === 0 ? id : id.slice(start)
}
