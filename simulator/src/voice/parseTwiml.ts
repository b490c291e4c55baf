/** What a call says and when it is silent, in order. */
export type TwimlVerb =
  | { readonly kind: 'say'; readonly text: string; readonly language: string; readonly voice: string | null }
  | { readonly kind: 'pause'; readonly seconds: number }

export type ParsedTwiml =
  | { readonly kind: 'verbs'; readonly verbs: readonly TwimlVerb[] }
  | { readonly kind: 'malformed'; readonly reason: string }

/**
 * Reads TwiML of `<Say>` and `<Pause>`, strictly: what Twilio would fail on in the middle of a call, and what it would
 * pass over in silence, is refused here.
 */
export function parseTwiml(xml: string): ParsedTwiml {
  try {
    return { kind: 'verbs', verbs: new TwimlReader(xml).read() }
  } catch (error) {
    if (error instanceof Malformed) return { kind: 'malformed', reason: error.message }
    throw error
  }
}

class Malformed extends Error {}

/** An opening tag. */
interface Tag {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly isEmpty: boolean
}

class TwimlReader {
  readonly #xml: string
  #at = 0

  constructor(xml: string) {
    this.#xml = xml
  }

  read(): TwimlVerb[] {
    this.#take(/<\?xml\s[^?<>]*\?>/y)
    this.#skipSpace()
    const root = this.#takeTag()
    if (root.name !== 'Response') throw new Malformed(`the root is <${root.name}>, not <Response>`)
    allowAttributes(root, [])
    const verbs: TwimlVerb[] = []
    if (!root.isEmpty) {
      this.#skipSpace()
      while (!this.#xml.startsWith('</', this.#at)) {
        verbs.push(this.#takeVerb())
        this.#skipSpace()
      }
      this.#takeEnd('Response')
    }
    this.#skipSpace()
    if (this.#at < this.#xml.length) throw new Malformed(`something follows </Response> at ${this.#at}`)
    return verbs
  }

  #takeVerb(): TwimlVerb {
    const tag = this.#takeTag()
    if (tag.name === 'Pause') {
      allowAttributes(tag, ['length'])
      if (!tag.isEmpty) this.#takeEnd('Pause')
      return { kind: 'pause', seconds: secondsOf(tag.attributes.get('length') ?? '1') }
    }
    if (tag.name !== 'Say') throw new Malformed(`<${tag.name}> is none of <Say> and <Pause>`)
    allowAttributes(tag, ['language', 'voice'])
    if (tag.isEmpty) throw new Malformed('<Say> says nothing')
    const text = decode(this.#take(/[^<]*/y) ?? '')
    this.#takeEnd('Say')
    if (text.trim() === '') throw new Malformed('<Say> says nothing')
    const { attributes } = tag
    return {
      kind: 'say',
      text,
      language: attributes.get('language') ?? 'en-US',
      voice: attributes.get('voice') ?? null,
    }
  }

  #takeTag(): Tag {
    const name = this.#take(/<[A-Za-z]+/y)?.slice(1)
    if (name === undefined) throw new Malformed(`expected an element at ${this.#at}`)
    const attributes = new Map<string, string>()
    for (let text = this.#take(ATTRIBUTE); text !== null; text = this.#take(ATTRIBUTE)) {
      const equals = text.indexOf('=')
      const attribute = text.slice(0, equals).trim()
      if (attributes.has(attribute)) throw new Malformed(`<${name}> has ${attribute} twice`)
      attributes.set(attribute, decode(text.slice(text.indexOf('"', equals) + 1, -1)))
    }
    const end = this.#take(/\s*\/?>/y)
    if (end === null) throw new Malformed(`<${name}> is not well-formed at ${this.#at}`)
    return { name, attributes, isEmpty: end.endsWith('/>') }
  }

  #takeEnd(name: string): void {
    if (
      this.#take(/<\/[A-Za-z]+\s*>/y)
        ?.slice(2, -1)
        .trim() !== name
    )
      throw new Malformed(`expected </${name}> at ${this.#at}`)
  }

  #skipSpace(): void {
    this.#take(/\s*/y)
  }

  /** What matches here, null: nothing does. */
  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at
    const text = pattern.exec(this.#xml)?.[0] ?? null
    if (text !== null) this.#at += text.length
    return text
  }
}

const ATTRIBUTE = /\s+[A-Za-z]+\s*=\s*"[^"<]*"/y

function allowAttributes({ name, attributes }: Tag, allowed: readonly string[]): void {
  for (const attribute of attributes.keys()) {
    if (!allowed.includes(attribute)) throw new Malformed(`<${name}> has no attribute ${attribute}`)
  }
}

function secondsOf(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw new Malformed('the length of <Pause> is no number of seconds')
  return Number(text)
}

function decode(text: string): string {
  if (text.replaceAll(ENTITY, '').includes('&')) throw new Malformed('an & stands alone')
  return text.replaceAll(ENTITY, (entity, name: string) => {
    const character = name.startsWith('#') ? characterOf(name) : CHARACTERS[name]
    if (character === undefined) throw new Malformed(`${entity} is no entity`)
    return character
  })
}

const ENTITY = /&(#x[0-9A-Fa-f]{1,6}|#\d{1,7}|[a-z]+);/g

const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function characterOf(name: string): string | undefined {
  const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
  return code > 0x10ffff ? undefined : String.fromCodePoint(code)
}
