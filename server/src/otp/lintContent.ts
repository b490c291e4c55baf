import type { TemplateWarning } from './lintTemplate.ts'

/** Text in the braces of a placeholder that is none goes out as it stands. */
export function lintPlaceholders(text: string): TemplateWarning[] {
  const unknown = new Set(text.match(/\{\{[^{}]{0,40}\}\}/g))
  unknown.delete('{{OTP}}')
  unknown.delete('{{SEC}}')
  if (unknown.size === 0) return []
  const names = [...unknown].slice(0, NAMED_MAX).join(' ')
  return [
    { code: 'unknown-placeholder', message: `Only {{OTP}} and {{SEC}} are replaced; this is sent as it is: ${names}` },
  ]
}

const NAMED_MAX = 5

/** A code beside something to tap is what phishing looks like, to people and to the filters of operators. */
export function lintLink(text: string): TemplateWarning[] {
  if (!/https?:\/\/|\bwww\.|[a-z0-9]\.[a-z]{2,24}\/\S/i.test(text)) return []
  return [{ code: 'link', message: 'A link beside a code looks like phishing, and operators filter such messages' }]
}
