import type { E164 } from '../numbers/address.ts'
import { countryOf } from '../numbers/country.ts'
import type { Application } from './application.ts'
import { parseLanguage } from './language.ts'
import { languageOfCountry } from './languageOfCountry.ts'
import { linesForPeople } from './templateLines.ts'

/** Whom a text is for. */
export interface TemplateWanted {
  /** A language tag from the request. */
  readonly language: string | null // null: the main language of the number's country
  readonly number: E164
  readonly channel: 'sms' | 'voice'
}

export interface ChosenTemplate {
  /** With its placeholders. */
  readonly text: string
  /** ISO 639-1 of the text: English where the application has none in the language that was looked for. */
  readonly language: string
}

/**
 * The application's text for a message: in the language asked for, or the one of the number's country, else in English;
 * for that very channel before the one for both. Lines for machines are not read out in a call.
 */
export function templateFor(
  { templates }: Pick<Application, 'templates'>,
  { language, number, channel }: TemplateWanted,
): ChosenTemplate {
  for (const candidate of languagesToTry(language, number)) {
    const own = textAt(templates, `${candidate}-${channel}`)
    if (own !== null) return { text: own, language: candidate }
    const shared = textAt(templates, candidate)
    if (shared !== null) return { text: channel === 'voice' ? linesForPeople(shared) : shared, language: candidate }
  }
  return { text: channel === 'voice' ? defaultTemplates['en-voice'] : defaultTemplates.en, language: 'en' }
}

/** What an application says before its customer has said anything. */
export const defaultTemplates = {
  en: 'Your verification code is {{OTP}}. It expires in {{SEC}} seconds.',
  'en-voice': 'Hello. Your verification code is {{OTP}}.',
} as const

/** Puts the code and the seconds it lives for in their places, wherever they are; what they contain is not looked at. */
export function fillTemplate(
  text: string,
  { code, seconds }: { readonly code: string; readonly seconds: number },
): string {
  return text.replace(/\{\{(?:OTP|SEC)\}\}/g, (placeholder) => (placeholder === '{{OTP}}' ? code : String(seconds)))
}

/** Whether a code would be seen in the text at all. */
export function hasCodePlaceholder(text: string): boolean {
  return text.includes('{{OTP}}')
}

function languagesToTry(wanted: string | null, number: E164): readonly string[] {
  const language = wanted === null ? languageOfCountry(countryOf(number)) : parseLanguage(wanted)
  if (language === null) return ['en']
  return [language, ...(SAME_LANGUAGE.get(language) ?? []), 'en']
}

/** Norwegian has a code of its own and one for each of its written forms; customers use any of them. */
const SAME_LANGUAGE: ReadonlyMap<string, readonly string[]> = new Map([
  ['no', ['nb', 'nn']],
  ['nb', ['no', 'nn']],
  ['nn', ['no', 'nb']],
])

function textAt(templates: Readonly<Record<string, string>>, key: string): string | null {
  return Object.hasOwn(templates, key) ? (templates[key] ?? null) : null
}
