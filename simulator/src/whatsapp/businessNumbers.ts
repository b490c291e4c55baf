/** A number of a business at WhatsApp, as whoever answers it has registered it. */
export interface BusinessNumber {
  readonly phoneNumberId: string
  /** What people write to and see as the sender. */
  readonly number: string // digits, with or without +
  /** Where statuses and inbound messages are POSTed; asked each time, as a server may learn its port late. */
  readonly webhookUrl: () => string
  /** Signs what is POSTed. */
  readonly appSecret: string
  /** The one token that is right. Left out or null: any. */
  readonly accessToken?: string | null
  /** Messages that are taken in one second. Left out or null: any number. */
  readonly messagesPerSecondMax?: number | null
}

/** The business numbers that are registered, by the id of the number. */
export class BusinessNumbers {
  readonly #numbers = new Map<string, BusinessNumber>()

  /** False: there are too many. */
  set(number: BusinessNumber): boolean {
    const { phoneNumberId } = number
    if (this.#numbers.size >= NUMBERS_MAX && !this.#numbers.has(phoneNumberId)) return false
    this.#numbers.set(phoneNumberId, { ...number, number: number.number.replace(/^\+/, '') })
    return true
  }

  find(phoneNumberId: string): BusinessNumber | undefined {
    return this.#numbers.get(phoneNumberId)
  }

  /** @param number digits without + */
  findByNumber(number: string): BusinessNumber | undefined {
    return this.list().find((candidate) => candidate.number === number)
  }

  list(): readonly BusinessNumber[] {
    return [...this.#numbers.values()]
  }

  delete(phoneNumberId: string): boolean {
    return this.#numbers.delete(phoneNumberId)
  }
}

/** The account that all numbers and templates belong to. */
export const BUSINESS_ACCOUNT_ID = '100000000000001'
const NUMBERS_MAX = 1_000
