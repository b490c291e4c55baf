/** 32 bits that depend on every bit of `value`. */
export function mix(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}

/** 32 bits that depend on the text and the seed (FNV-1a, mixed). */
export function hashText(text: string, seed: number): number {
  let bits = mix(seed + 0x811c9dc5)
  for (let index = 0; index < text.length; index++) bits = Math.imul(bits ^ text.charCodeAt(index), 0x01000193)
  return mix(bits)
}

/** The eight hexadecimal digits of 32 bits. */
export function hex8(bits: number): string {
  return `${fourHex[bits >>> 16]}${fourHex[bits & 0xffff]}`
}

// Number.prototype.toString and padStart take half the time that a page of messages does.
const fourHex = Array.from({ length: 65_536 }, (_, number) => number.toString(16).padStart(4, '0'))
