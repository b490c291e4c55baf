import { ApiError } from './apiError.ts'
import type { CallbackOrder, CallEvent, CallOrder } from './call.ts'
import { parseTwiml, type TwimlVerb } from './parseTwiml.ts'

export interface Credentials {
  readonly accountSid: string
  readonly authToken: string
}

/** Reads the form of a request for a call. Throws ApiError with Twilio's numbers for what is wrong with it. */
export function readCallOrder(form: URLSearchParams, { accountSid, authToken }: Credentials): CallOrder {
  const to = form.get('To')
  if (to === null || to === '') throw refusal(21_201, "No 'To' number is specified")
  if (!isNumber(to)) throw refusal(21_211, `The phone number you are attempting to call, ${to}, is not valid.`)
  const from = form.get('From')
  if (from === null || from === '') throw refusal(21_213, "No 'From' number is specified")
  if (!isNumber(from)) throw refusal(21_212, `The source phone number provided, ${from}, is not valid.`)
  const verbs = readVerbs(form.get('Twiml'))
  return { accountSid, authToken, from, to, verbs, callback: readCallback(form) }
}

function isNumber(text: string): boolean {
  return /^\+[1-9]\d{5,14}$/.test(text)
}

function readVerbs(twiml: string | null): readonly TwimlVerb[] {
  if (twiml === null) throw refusal(21_205, 'Twiml is required; the simulator fetches none from a Url')
  if (twiml.length > TWIML_CHARACTERS_MAX) throw refusal(12_100, `Twiml is longer than ${TWIML_CHARACTERS_MAX}`)
  const parsed = parseTwiml(twiml)
  if (parsed.kind === 'malformed') throw refusal(12_100, `Document parse failure: ${parsed.reason}`)
  return parsed.verbs
}

function readCallback(form: URLSearchParams): CallbackOrder | null {
  const url = form.get('StatusCallback')
  if (url === null || url === '') return null
  const protocol = URL.parse(url)?.protocol
  if (protocol !== 'http:' && protocol !== 'https:') throw refusal(21_609, `StatusCallback ${url} is not a valid URL`)
  const wanted = form.getAll('StatusCallbackEvent')
  return { url, events: wanted.length === 0 ? ['completed'] : EVENTS.filter((event) => wanted.includes(event)) }
}

function refusal(code: number, message: string): ApiError {
  return new ApiError(400, { code, message })
}

const EVENTS: readonly CallEvent[] = ['initiated', 'ringing', 'answered', 'completed']
const TWIML_CHARACTERS_MAX = 4_000
