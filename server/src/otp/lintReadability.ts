import { lintCodeWord } from './lintCodeWord.ts'
import type { TemplateUse, TemplateWarning } from './lintTemplate.ts'
import { fillTemplate } from './template.ts'
import { linesForPeople } from './templateLines.ts'

/**
 * Phones also find codes by guessing: a run of digits, 4 to 10 characters, beside a word for "code". Neither Apple nor
 * Google publishes all of it; these are the guesses that are known to go wrong.
 */
export function lintReadability(text: string, use: TemplateUse): TemplateWarning[] {
  const people = linesForPeople(text)
  return [
    ...lintCodeWord(people, use.language),
    ...lintNeighbours(people),
    ...lintNumbers(people, use),
    ...lintLetters(use),
  ]
}

function lintNeighbours(text: string): TemplateWarning[] {
  if (!/[A-Za-z0-9]\{\{OTP\}\}|\{\{OTP\}\}[A-Za-z0-9]/.test(text)) return []
  return [{ code: 'code-glued', message: 'A letter or digit right beside {{OTP}} is taken for a part of the code' }]
}

function lintNumbers(text: string, { expireSeconds }: TemplateUse): TemplateWarning[] {
  const other = /(?<!\d)\d{4,10}(?!\d)/.exec(fillTemplate(text, { code: '', seconds: expireSeconds }))
  if (other === null) return []
  return [{ code: 'other-number', message: `Phones may take ${other[0]} for the code: it has 4 to 10 digits as well` }]
}

/** Google's User Consent asks for a digit among the 4 to 10 characters. */
function lintLetters({ alphanumeric }: TemplateUse): TemplateWarning[] {
  if (!alphanumeric) return []
  const message = 'Some alphanumeric codes have no digit; Android does not offer to fill those in without an app hash'
  return [{ code: 'code-of-letters', message }]
}
