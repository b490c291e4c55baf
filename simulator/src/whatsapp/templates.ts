import { isRecord } from './chatOrder.ts'
import { GraphError } from './graphError.ts'

/** A text that Meta has looked at, with places for values: {{1}}, {{2}} … */
export interface Template {
  readonly name: string
  readonly language: string // as in "en_US"
  readonly status: TemplateStatus
  readonly category: 'AUTHENTICATION' | 'MARKETING' | 'UTILITY'
  readonly header: string | null // null: there is none
  readonly body: string
}

export type TemplateStatus = 'APPROVED' | 'PENDING' | 'REJECTED' | 'PAUSED' | 'DISABLED'

/** The message templates of all businesses; a few are there from the beginning. */
export class Templates {
  readonly #templates = new Map<string, Template>(STARTERS.map((template) => [keyOf(template), template]))

  /** False: there are too many. */
  set(template: Template): boolean {
    const key = keyOf(template)
    if (this.#templates.size >= TEMPLATES_MAX && !this.#templates.has(key)) return false
    this.#templates.set(key, template)
    return true
  }

  list(): readonly Template[] {
    return [...this.#templates.values()]
  }

  /** In all languages. False: there was none. */
  delete(name: string): boolean {
    const found = this.list().filter((template) => template.name === name)
    for (const template of found) this.#templates.delete(keyOf(template))
    return found.length > 0
  }

  /** The text that a phone shows for a template message. Throws GraphError where it does not fit its template. */
  fill({ name, language, components }: Readonly<Record<string, unknown>>): string {
    const code = isRecord(language) ? String(language.code) : ''
    const template = this.#templates.get(keyOf({ name: String(name), language: code }))
    if (template === undefined || template.status === 'PENDING' || template.status === 'REJECTED') {
      throw new GraphError(132_001, { details: `template name (${name}) does not exist in ${code}` })
    }
    if (template.status === 'PAUSED') throw new GraphError(132_015)
    if (template.status === 'DISABLED') throw new GraphError(132_016)
    const header = template.header === null ? [] : [fillPart('header', template.header, components)]
    return [...header, fillPart('body', template.body, components)].join('\n')
  }
}

function fillPart(part: 'header' | 'body', text: string, components: unknown): string {
  const values = readValues(part, components)
  const places = new Set(text.match(PLACE))
  if (values.length !== places.size) {
    const details = `${part}: number of localizable_params (${values.length}) does not match the expected number of params (${places.size})`
    throw new GraphError(132_000, { details })
  }
  return text.replace(PLACE, (_place, number) => values[Number(number) - 1] ?? '')
}

function readValues(part: string, components: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(components) ? components : []
  const component = list.filter(isRecord).find(({ type }) => String(type).toLowerCase() === part)
  const parameters: readonly unknown[] = Array.isArray(component?.parameters) ? component.parameters : []
  return parameters.map((parameter, index) => readValue(parameter, `${part}.parameters[${index}]`))
}

function readValue(parameter: unknown, place: string): string {
  if (!isRecord(parameter) || parameter.type !== 'text' || typeof parameter.text !== 'string') {
    throw new GraphError(132_012, { details: `${place}: expected a parameter of type text` })
  }
  const { text } = parameter
  if (text === '')
    throw new GraphError(131_008, { details: `Parameter of type text is missing text value at ${place}` })
  // What would change the look of the text that was approved is refused.
  if (/[\n\t]| {5}/.test(text)) {
    const details = `${place}: Param text cannot have new-line/tab characters or more than 4 consecutive spaces`
    throw new GraphError(132_018, { details })
  }
  return text
}

function keyOf({ name, language }: Pick<Template, 'name' | 'language'>): string {
  return `${name} ${language}`
}

const PLACE = /\{\{(\d+)\}\}/g
const TEMPLATES_MAX = 1_000

const STARTERS: readonly Template[] = [
  {
    name: 'hello_world',
    language: 'en_US',
    status: 'APPROVED',
    category: 'UTILITY',
    header: 'Hello World',
    body: 'This is the first message from a business to you.',
  },
  {
    name: 'order_update',
    language: 'en',
    status: 'APPROVED',
    category: 'UTILITY',
    header: null,
    body: 'Hello {{1}}, your order {{2}} is on its way.',
  },
  {
    name: 'order_update',
    language: 'de',
    status: 'APPROVED',
    category: 'UTILITY',
    header: null,
    body: 'Hallo {{1}}, deine Bestellung {{2}} ist unterwegs.',
  },
]
