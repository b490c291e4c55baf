/** One thing that is wrong with a request, and where. */
export interface Violation {
  readonly field: string
  readonly message: string
}

/** Reads the properties of one JSON object and collects everything that is wrong, so that one answer names it all. */
export class ObjectReader {
  readonly violations: Violation[]
  readonly #object: Readonly<Record<string, unknown>>
  readonly #path: string

  constructor(value: unknown, path = '', violations: Violation[] = []) {
    this.violations = violations
    this.#path = path
    this.#object = isObject(value) ? value : {}
    if (!isObject(value)) this.refuse(null, 'must be a JSON object')
  }

  has(name: string): boolean {
    return this.#object[name] !== undefined
  }

  isNull(name: string): boolean {
    return this.#object[name] === null
  }

  /** Every other property is a spelling mistake that would silently change nothing. */
  allowOnly(...names: readonly string[]): this {
    for (const name of Object.keys(this.#object)) {
      if (!names.includes(name)) this.refuse(name, `is not known here; use ${names.join(', ')}`)
    }
    return this
  }

  /** `fallback` where the property is absent; also after a violation, which the caller reports in the end. */
  text(name: string, rule: { readonly lengthMax: number; readonly fallback?: string }): string {
    const value = this.#object[name]
    if (value === undefined && rule.fallback !== undefined) return rule.fallback
    if (typeof value === 'string' && value.length > 0 && value.length <= rule.lengthMax) return value
    this.refuse(name, `must be a string of 1 to ${rule.lengthMax} characters`)
    return ''
  }

  integer(name: string, rule: { readonly min: number; readonly max: number; readonly fallback?: number }): number {
    const value = this.#object[name]
    if (value === undefined && rule.fallback !== undefined) return rule.fallback
    if (typeof value === 'number' && Number.isInteger(value) && value >= rule.min && value <= rule.max) return value
    this.refuse(name, `must be a whole number from ${rule.min} to ${rule.max}`)
    return rule.min
  }

  integers(name: string, rule: { readonly min: number; readonly max: number; readonly itemsMax: number }): number[] {
    const value = this.#object[name]
    const { min, max, itemsMax } = rule
    if (Array.isArray(value) && value.length > 0 && value.length <= itemsMax) {
      const items = value.filter((item) => Number.isInteger(item) && item >= min && item <= max)
      if (items.length === value.length) return items
    }
    this.refuse(name, `must be a list of 1 to ${itemsMax} whole numbers from ${min} to ${max}`)
    return []
  }

  oneOf<Choice extends string>(name: string, choices: readonly [Choice, ...Choice[]], fallback?: Choice): Choice {
    const value = this.#object[name]
    if (value === undefined && fallback !== undefined) return fallback
    const choice = choices.find((candidate) => candidate === value)
    if (choice === undefined) this.refuse(name, `must be one of ${choices.map((word) => `"${word}"`).join(', ')}`)
    return choice ?? choices[0]
  }

  /** A reader of the object at `name` that reports into the same list. */
  object(name: string): ObjectReader {
    return new ObjectReader(this.#object[name], this.#field(name), this.violations)
  }

  /** A reader of each object in the list at `name`. */
  objects(name: string, { itemsMax }: { readonly itemsMax: number }): ObjectReader[] {
    const value = this.#object[name]
    if (Array.isArray(value) && value.length <= itemsMax) {
      return value.map((item, index) => new ObjectReader(item, `${this.#field(name)}[${index}]`, this.violations))
    }
    this.refuse(name, `must be a list of at most ${itemsMax} objects`)
    return []
  }

  number(name: string, rule: { readonly min: number; readonly max: number }): number {
    const value = this.#object[name]
    if (typeof value === 'number' && value >= rule.min && value <= rule.max) return value
    this.refuse(name, `must be a number from ${rule.min} to ${rule.max}`)
    return rule.min
  }

  /** False where the property is absent. */
  flag(name: string): boolean {
    const value = this.#object[name]
    if (value !== undefined && typeof value !== 'boolean') this.refuse(name, 'must be true or false')
    return value === true
  }

  refuse(name: string | null, message: string): void {
    this.violations.push({ field: this.#field(name), message })
  }

  #field(name: string | null): string {
    return [this.#path, name].filter((part) => part !== null && part !== '').join('.')
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
