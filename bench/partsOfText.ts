import { decodeUserData } from '@heliograph/text/decodeUserData'
import { encodeSegment } from '@heliograph/text/encodeSegment'
import { countSegments, segmentText } from '@heliograph/text/segmentText'
import { transcodeText } from '@heliograph/text/transcodeText'
import { flatText } from './flatText.ts'
import type { Parts } from './parts.ts'

/** From a customer's text to the octets of its segments, and back. */
export function partsOfText(): Parts {
  const options = { encoding: 'AUTO', trate: 1, mrate: 0, upperCased: true, keepEmojis: true } as const
  const short = 'Your parcel arrives today between 10 and 12. Your code is 123456.'
  const long = flatText(`${short} `.repeat(6))
  const curly = flatText(short.replace('.', ' – “at the door”.'))
  const emoji = flatText(`${short} 📦`)
  const greek = 'Το δέμα σας φτάνει σήμερα μεταξύ 10 και 12. Ο κωδικός σας είναι 123456.'
  const [gsm] = segmentText(short, 'gsm7')
  const [ucs2] = segmentText(greek.slice(0, 70), 'ucs2')
  if (gsm === undefined || ucs2 === undefined) throw new Error('a text without segments')
  const gsmOctets = encodeSegment(gsm, 1).userData
  const ucs2Octets = encodeSegment(ucs2, 1).userData
  return {
    'transcodeText, GSM-7, 65 characters': () => transcodeText(short, options),
    'transcodeText, GSM-7, 396 characters': () => transcodeText(long, options),
    'transcodeText, curly quotes and dash': () => transcodeText(curly, options),
    'transcodeText, Greek': () => transcodeText(greek, options),
    'transcodeText, emoji': () => transcodeText(emoji, options),
    'countSegments, 1 of GSM-7': () => countSegments(short, 'gsm7'),
    'segmentText, 1 of GSM-7': () => segmentText(short, 'gsm7'),
    'segmentText, 3 of GSM-7': () => segmentText(long, 'gsm7'),
    'segmentText, 2 of UCS-2': () => segmentText(greek, 'ucs2'),
    'encodeSegment, GSM-7': (count) => encodeSegment(gsm, count & 0xffff),
    'encodeSegment, UCS-2': (count) => encodeSegment(ucs2, count & 0xffff),
    'decodeUserData, GSM-7': () => decodeUserData(gsmOctets, 0),
    'decodeUserData, UCS-2': () => decodeUserData(ucs2Octets, 8),
  }
}
