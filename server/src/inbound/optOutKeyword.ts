/** The answers to keywords; an empty text answers nothing. */
export interface OptOutReplies {
  readonly stop: string
  readonly start: string
  readonly help: string
}

/** What a person asks for with a keyword. */
export interface OptOutKeyword {
  readonly word: string
  readonly asks: 'stop' | 'start' | 'help'
}

/**
 * The keyword that a text consists of, in any case and with nothing but spaces and punctuation around it. A keyword
 * inside a sentence is none: "please stop by" must not silence anybody.
 */
export function readKeyword(text: string): OptOutKeyword | null {
  if (text.length > TEXT_LENGTH_MAX) return null
  const word = text.replaceAll(AROUND, '').toUpperCase()
  const asks = KEYWORDS.get(word)
  return asks === undefined ? null : { word, asks }
}

/** A longer text is no keyword, whatever stands around it. */
const TEXT_LENGTH_MAX = 32
const AROUND = /^[\s\p{P}]+|[\s\p{P}]+$/gu

/** Those that carriers in the United States expect. */
const KEYWORDS: ReadonlyMap<string, OptOutKeyword['asks']> = new Map([
  ['STOP', 'stop'],
  ['STOPALL', 'stop'],
  ['UNSUBSCRIBE', 'stop'],
  ['CANCEL', 'stop'],
  ['END', 'stop'],
  ['QUIT', 'stop'],
  ['START', 'start'],
  ['UNSTOP', 'start'],
  ['YES', 'start'],
  ['HELP', 'help'],
  ['INFO', 'help'],
])
