import type { Application, TemplateKey, TemplateSaved } from './application.ts'
import { parseLanguage } from './language.ts'
import { lintTemplate } from './lintTemplate.ts'
import { Refusal, refusalCodes } from './refusal.ts'
import { checkTemplate } from './templateRules.ts'

/** Of one application. */
export const templatesMax = 60

/** The application with the template, new or in the place of the one with this key. Throws a `Refusal`. */
export function placeTemplate(
  application: Application,
  { language, channel, text }: TemplateKey & { readonly text: string },
): TemplateSaved {
  const key = keyOf({ language, channel })
  checkTemplate(text, channel)
  const created = !Object.hasOwn(application.templates, key)
  if (created && Object.keys(application.templates).length >= templatesMax) {
    throw new Refusal(refusalCodes.templatesMax, `An application can have up to ${templatesMax} templates`)
  }
  return {
    application: { ...application, templates: { ...application.templates, [key]: text } },
    created,
    warnings: lintTemplate(text, { ...application, channel, language: key.slice(0, 2) }),
  }
}

/** The application without the template; null: it has none with this key. Throws a `Refusal`. */
export function withoutTemplate(application: Application, wanted: TemplateKey): Application | null {
  const key = keyOf(wanted)
  if (key === 'en') throw new Refusal(refusalCodes.englishStays, "The template for 'en' cannot be deleted")
  if (!Object.hasOwn(application.templates, key)) return null
  const { [key]: _, ...templates } = application.templates
  return { ...application, templates }
}

function keyOf({ language, channel }: TemplateKey): string {
  const code = parseLanguage(language)
  if (code === null) throw new Refusal(refusalCodes.language, 'The language should be an ISO 639-1 code')
  return channel === null ? code : `${code}-${channel}`
}
