import { ConfigError } from '@heliograph/airbyte-protocol/source'
import { isRecord, type TwilioRecord } from './castRecord.ts'
import { parseTime } from './isoTime.ts'
import { DAY_MS, MINUTE_MS } from './slices.ts'
import { LOOKBACK_MINUTES_MAX, START_DATE, WORKERS_DEFAULT, WORKERS_MAX } from './spec.ts'

export interface TwilioConfig {
  /** AC… or SK…, as given. */
  readonly accountSid: string
  readonly user: string
  readonly password: string
  readonly startMs: number
  readonly lookbackMs: number
  /** How much time a window covers. */
  readonly stepMs: number
  readonly workers: number
  readonly readsSubaccounts: boolean
  readonly showsAuthTokens: boolean
  /** Null: Twilio itself. */
  readonly baseUrl: string | null
}

/** @throws ConfigError naming every wrong field, but no value. */
export function readConfig(json: unknown): TwilioConfig {
  if (!isRecord(json)) throw new ConfigError('The config must be an object')
  const faults: string[] = []
  const read = <T>(field: Field<T>): T => {
    const value = json[field.name] ?? field.fallback
    const result = value === undefined ? null : field.parse(value)
    if (result !== null) return result.value
    faults.push(`${field.name} ${isGiven(json, field.name) ? 'is wrong' : 'is missing'}: it must be ${field.wanted}`)
    return field.standIn
  }
  const accountSid = read(sidField)
  const config: TwilioConfig = {
    accountSid,
    user: read(apiKeyField) ?? accountSid,
    password: read(tokenField),
    startMs: read(startField),
    lookbackMs: read(lookbackField) * MINUTE_MS,
    stepMs: read(stepField),
    workers: read(workersField),
    readsSubaccounts: read(flag('sync_subaccounts', true)),
    showsAuthTokens: read(flag('include_auth_tokens', false)),
    baseUrl: read(baseUrlField),
  }
  if (faults.length > 0) throw new ConfigError(`The config cannot be used: ${faults.join('; ')}`)
  return config
}

interface Field<T> {
  readonly name: string
  /** Used where the config has no such field; undefined: it must have it. */
  readonly fallback?: unknown
  readonly wanted: string
  /** Null: the value is not what is wanted. */
  readonly parse: (value: unknown) => { readonly value: T } | null
  /** Goes on in place of a wrong value, so that all faults are found. */
  readonly standIn: T
}

const sidField: Field<string> = {
  name: 'account_sid',
  wanted: 'the account SID (AC…) or the SID of an API key (SK…)',
  parse: (value) => (typeof value === 'string' && /^(AC|SK)\w+$/.test(value.trim()) ? { value: value.trim() } : null),
  standIn: '',
}

const apiKeyField: Field<string | null> = {
  name: 'api_key_sid',
  fallback: '',
  wanted: 'the SID of an API key (SK…)',
  parse: (value) => {
    if (value === '') return { value: null }
    return typeof value === 'string' && /^SK\w+$/.test(value.trim()) ? { value: value.trim() } : null
  },
  standIn: null,
}

const tokenField: Field<string> = {
  name: 'auth_token',
  wanted: 'the auth token, or the secret of the API key',
  parse: (value) => (typeof value === 'string' && value.trim() !== '' ? { value: value.trim() } : null),
  standIn: '',
}

const startField: Field<number> = {
  name: 'start_date',
  wanted: 'a UTC time such as 2020-10-01T00:00:00Z',
  parse: (value) => {
    const timeMs = typeof value === 'string' && new RegExp(START_DATE).test(value) ? parseTime(value) : null
    return timeMs === null ? null : { value: timeMs }
  },
  standIn: 0,
}

const lookbackField: Field<number> = {
  name: 'lookback_window',
  fallback: 0,
  wanted: `a whole number of minutes from 0 to ${LOOKBACK_MINUTES_MAX}`,
  parse: (value) => wholeNumber(value, 0, LOOKBACK_MINUTES_MAX),
  standIn: 0,
}

const workersField: Field<number> = {
  name: 'num_workers',
  fallback: WORKERS_DEFAULT,
  wanted: `a whole number from 1 to ${WORKERS_MAX}`,
  parse: (value) => wholeNumber(value, 1, WORKERS_MAX),
  standIn: WORKERS_DEFAULT,
}

const STEPS_MS: ReadonlyMap<unknown, number> = new Map([
  ['P1D', DAY_MS],
  ['P1W', 7 * DAY_MS],
  ['P1M', 30 * DAY_MS],
  ['P1Y', 365 * DAY_MS],
])

const stepField: Field<number> = {
  name: 'slice_step_duration',
  fallback: 'P1M',
  wanted: [...STEPS_MS.keys()].join(', '),
  parse: (value) => {
    const stepMs = STEPS_MS.get(value)
    return stepMs === undefined ? null : { value: stepMs }
  },
  standIn: DAY_MS,
}

const baseUrlField: Field<string | null> = {
  name: 'base_url',
  fallback: '',
  wanted: 'an http or https address without query',
  parse: (value) => {
    if (value === '') return { value: null }
    const url = typeof value === 'string' ? URL.parse(value) : null
    if (url === null || !['http:', 'https:'].includes(url.protocol)) return null
    return url.search === '' && url.hash === '' && url.username === '' ? { value: url.href } : null
  },
  standIn: null,
}

function flag(name: string, fallback: boolean): Field<boolean> {
  return {
    name,
    fallback,
    wanted: 'true or false',
    parse: (value) => (typeof value === 'boolean' ? { value } : null),
    standIn: fallback,
  }
}

/** Whole numbers may come as text: forms send them so. */
function wholeNumber(value: unknown, min: number, max: number): { value: number } | null {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max
    ? { value: number }
    : null
}

function isGiven(json: TwilioRecord, name: string): boolean {
  return json[name] !== undefined && json[name] !== null
}
