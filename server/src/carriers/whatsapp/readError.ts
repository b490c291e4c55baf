import { type Fields, fieldsOf, integerOf, textOf } from './fields.ts'
import type { MetaError } from './metaErrors.ts'

/** The error in an answer of the API: `{ error: { message, code, error_data: { details } } }`. Null: there is none. */
export function errorOfAnswer(answer: Fields): MetaError | null {
  return readError(answer.error)
}

/** The first of a status's `errors`, which is the reason; null: there is none. */
export function errorOfStatus(errors: readonly unknown[]): MetaError | null {
  return readError(errors[0])
}

function readError(value: unknown): MetaError | null {
  const error = fieldsOf(value)
  const code = integerOf(error.code)
  if (code === null) return null
  return {
    code,
    title: textOf(error.title) ?? textOf(error.message),
    details: textOf(fieldsOf(error.error_data).details),
    isTransient: error.is_transient === true,
  }
}
