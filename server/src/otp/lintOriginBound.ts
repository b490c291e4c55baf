import type { TemplateWarning } from './lintTemplate.ts'
import { splitLines } from './templateLines.ts'

/**
 * Browsers (WebOTP) and Apple's autofill bind a code to a domain by the last line of the message: `@`, a bare host, one
 * space, `#` and the code (https://wicg.github.io/sms-one-time-codes/#parsing), and perhaps `%` and the host of a frame.
 */
export function lintOriginBound(text: string): TemplateWarning[] {
  const lines = splitLines(text)
  const index = lines.findLastIndex(isMeantAsOriginBound)
  const line = lines[index]
  if (line === undefined) return []
  const warnings: TemplateWarning[] = []
  const host = /^@(\S+) #\{\{OTP\}\}(?: [%@]\S+)?$/.exec(line)?.[1]
  if (host === undefined) {
    const message =
      'Autofill needs a line of its own that is just @example.com #{{OTP}}, with one space and no full stop'
    warnings.push({ code: 'domain-line', message })
  } else if (!isBareHost(host)) {
    const message = 'The domain before the code should be a bare host: no https://, no port, no path'
    warnings.push({ code: 'domain-host', message })
  }
  if (index < lines.length - 1) {
    const message =
      'Autofill reads the domain and the code from the last line: nothing may follow, not even an empty line'
    warnings.push({ code: 'domain-not-last', message })
  }
  if (text.indexOf('{{OTP}}') === text.lastIndexOf('{{OTP}}')) {
    const message =
      'The code stands only in the line for autofill; people whose phone does not fill it in look for it above'
    warnings.push({ code: 'domain-alone', message })
  }
  return warnings
}

/** Also one with words before it, or in an odd form. */
function isMeantAsOriginBound(line: string): boolean {
  return /@[^\s#@]*\s*#\s*\{\{OTP\}\}/.test(line)
}

function isBareHost(host: string): boolean {
  return host.length <= 253 && /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i.test(host)
}
