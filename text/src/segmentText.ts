import { countSeptets, widthOfUnit } from './gsm0338.ts'

export type Encoding = 'gsm7' | 'ucs2'

/** One SMS-sized part of a message. */
export interface Segment {
  /** 1-based. */
  readonly number: number
  readonly total: number
  readonly encoding: Encoding
  readonly text: string
}

/** How much text one segment holds: septets for GSM-7, UTF-16 code units for UCS-2. */
export interface SegmentLimits {
  /** A message of one segment, without a header. */
  readonly alone: number
  /** A segment that shares its 140 octets with a concatenation header. */
  readonly joined: number
}

/**
 * 140 octets hold 160 septets or 70 code units. The header with a 16-bit reference takes 7 octets (TS 23.040
 * §9.2.3.24.8), which leaves 1064 bits: 152 septets, or 66 code units and half of one.
 */
export const SEGMENT_LIMITS: Readonly<Record<Encoding, SegmentLimits>> = {
  gsm7: { alone: 160, joined: 152 },
  ucs2: { alone: 70, joined: 66 },
}

/** The header counts segments in one octet. `segmentText` itself cuts on; whoever accepts a message refuses more. */
export const SEGMENTS_MAX = 255

/**
 * Cuts text into segments; their texts put together are `text` again. An escape and its character, or the two halves of
 * a surrogate pair, stay in one segment. The empty text is one empty segment. Throws a RangeError when `encoding` is
 * 'gsm7' and the text is not (see `isGsm7`).
 */
export function segmentText(text: string, encoding: Encoding, limits = SEGMENT_LIMITS[encoding]): Segment[] {
  if (measure(text, encoding) <= limits.alone) return [{ number: 1, total: 1, encoding, text }]
  const texts: string[] = []
  for (let start = 0; start < text.length; ) {
    const end = endOfSegment(text, encoding, start, limits.joined)
    texts.push(text.slice(start, end))
    start = end
  }
  return texts.map((part, index) => ({ number: index + 1, total: texts.length, encoding, text: part }))
}

/** The length of `segmentText(text, encoding)` without making the segments. Throws as it does. */
export function countSegments(text: string, encoding: Encoding, limits = SEGMENT_LIMITS[encoding]): number {
  if (measure(text, encoding) <= limits.alone) return 1
  let segments = 0
  for (let start = 0; start < text.length; segments++) start = endOfSegment(text, encoding, start, limits.joined)
  return segments
}

function measure(text: string, encoding: Encoding): number {
  return encoding === 'gsm7' ? countSeptets(text) : text.length
}

function endOfSegment(text: string, encoding: Encoding, start: number, room: number): number {
  return encoding === 'gsm7' ? endOfGsm7Segment(text, start, room) : endOfUcs2Segment(text, start, room)
}

function endOfGsm7Segment(text: string, start: number, septetsMax: number): number {
  let septets = 0
  for (let i = start; i < text.length; i++) {
    septets += widthOfUnit(text.charCodeAt(i))
    if (septets > septetsMax) return i
  }
  return text.length
}

function endOfUcs2Segment(text: string, start: number, unitsMax: number): number {
  const end = start + unitsMax
  if (end >= text.length) return text.length
  const cutsAPair = isHighSurrogate(text.charCodeAt(end - 1)) && isLowSurrogate(text.charCodeAt(end))
  return cutsAPair ? end - 1 : end
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}
