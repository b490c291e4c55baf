import { refuseViolations } from './problem.ts'

/** The number in a path as digits: `+49…`, `0049…` and `49…` are the same handset. Throws a Problem for anything else. */
export function numberParameter(params: unknown): string {
  const number = textParameter(params, 'number')
    .trim()
    .replace(/^(\+|00)/, '')
  if (/^\d{1,20}$/.test(number)) return number
  return refuseViolations([{ field: 'number', message: 'must be a phone number: 1 to 20 digits, with or without +' }])
}

export function textParameter(params: unknown, name: string): string {
  const value = typeof params === 'object' && params !== null ? Reflect.get(params, name) : undefined
  return typeof value === 'string' ? value : ''
}
