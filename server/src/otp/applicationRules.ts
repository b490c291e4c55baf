import { isSupportedCountry } from 'libphonenumber-js/max'
import { isStorableText } from '../db/storableText.ts'
import { parseSender } from '../numbers/parseSender.ts'
import type { Application, ApplicationWish } from './application.ts'
import { parseCaller } from './caller.ts'
import { Refusal, refusalCodes } from './refusal.ts'

/** What a customer may choose of an application, beside its templates. */
export type ApplicationSettings = { readonly [name in keyof Required<ApplicationWish>]: Application[name] }

/** Applications of one account, its default application not counted. */
export const applicationsMax = 100
/** In UTF-16 units. */
export const nameUnitsMax = 100
export const pinLengthRange: Range = { min: 4, max: 10 }
export const attemptsRange: Range = { min: 1, max: 10 }
export const expireSecondsRange: Range = { min: 30, max: 7200 }
/** NIST SP 800-63B on out-of-band authenticators: six digits or as much, and ten minutes. */
export const nistLimits = { pinLengthMin: 6, expireSecondsMax: 600 } as const

export interface Range {
  readonly min: number
  readonly max: number
}

/** What an application has that nobody said anything of. Under the NIST profile its codes are long enough for it. */
export function defaultSettings(wish: ApplicationWish, now: number): ApplicationSettings {
  return {
    name: `App-${now}`,
    pinLength: wish.nistProfile === true ? nistLimits.pinLengthMin : 4,
    alphanumeric: false,
    attempts: 3,
    expireSeconds: 300,
    sender: 'VERIFY',
    caller: null,
    countries: null,
    nistProfile: false,
  }
}

/** The settings with what is wished for, which is checked, alone and together. Throws a `Refusal`. */
export function settle(before: SettingsBefore, wish: ApplicationWish): ApplicationSettings {
  const settings: ApplicationSettings = {
    name: wish.name === undefined ? before.name : readName(wish.name, before),
    pinLength: wish.pinLength ?? before.pinLength,
    alphanumeric: wish.alphanumeric ?? before.alphanumeric,
    attempts: wish.attempts ?? before.attempts,
    expireSeconds: wish.expireSeconds ?? before.expireSeconds,
    sender: wish.sender === undefined ? before.sender : readSender(wish.sender),
    caller: wish.caller === undefined ? before.caller : readCaller(wish.caller),
    countries: wish.countries === undefined ? before.countries : readCountries(wish.countries),
    nistProfile: wish.nistProfile ?? before.nistProfile,
  }
  if (!isWithin(settings.pinLength, pinLengthRange)) refuse('pinLength', 'PIN length should be between 4 to 10 digits')
  if (!isWithin(settings.attempts, attemptsRange)) {
    refuse('attempts', `The number of attempts should be between ${attemptsRange.min} and ${attemptsRange.max}`)
  }
  if (!isWithin(settings.expireSeconds, expireSecondsRange)) {
    refuse('expire', 'Expiration value should be between 30 and 7200.')
  }
  if (settings.nistProfile && settings.pinLength < nistLimits.pinLengthMin) {
    refuse('nistProfile', `Under the NIST profile a code has at least ${nistLimits.pinLengthMin} digits`)
  }
  if (settings.nistProfile && settings.expireSeconds > nistLimits.expireSecondsMax) {
    refuse('nistProfile', `Under the NIST profile a code expires after at most ${nistLimits.expireSecondsMax} seconds`)
  }
  return settings
}

type SettingsBefore = ApplicationSettings & { readonly isDefault?: boolean }

function isWithin(value: number, { min, max }: Range): boolean {
  return Number.isInteger(value) && value >= min && value <= max
}

/** 'default' names the default application in every path, so nothing else is called so, and that one nothing else. */
function readName(input: string, { isDefault = false }: SettingsBefore): string {
  const name = input.trim()
  const saysDefault = name.toLowerCase() === 'default'
  if (isDefault && !saysDefault) refuse('name', "The default application is always called 'default'")
  if (!isDefault && saysDefault) refuse('nameIsDefault', "Cannot create application with name 'default'")
  if (name === '' || name.length > nameUnitsMax || !isStorableText(name)) {
    refuse('name', `The name should have between 1 and ${nameUnitsMax} characters`)
  }
  return isDefault ? 'default' : name
}

function readSender(input: string): string {
  const sender = parseSender(input)
  return sender?.value ?? refuse('sender', `The sender should be ${SENDER_FORMS}`)
}

function readCaller(input: string | null): string | null {
  if (input === null) return null
  return parseCaller(input) ?? refuse('caller', `The caller should be ${SENDER_FORMS}`)
}

const SENDER_FORMS = 'a number, a short code or up to 11 GSM characters'

function readCountries(input: readonly string[] | null): readonly string[] | null {
  if (input === null) return null
  const countries = new Set(input.map((country) => country.trim().toUpperCase()))
  for (const country of countries) {
    if (!isSupportedCountry(country)) refuse('countries', 'The countries should be ISO 3166-1 codes of two letters')
  }
  if (countries.size === 0) refuse('countries', 'The countries should name at least one')
  return [...countries].sort()
}

function refuse(code: keyof typeof refusalCodes, message: string): never {
  throw new Refusal(refusalCodes[code], message)
}
