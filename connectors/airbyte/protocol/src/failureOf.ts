import { HttpStatusError } from './httpStatusError.ts'
import type { Mask } from './maskSecrets.ts'
import type { FailureText } from './messages.ts'
import { ConfigError, TransientError } from './source.ts'

/** What a thrown error means to the platform: who can mend it, and what may be shown of it. */
export function failureOf(error: unknown, mask: Mask): FailureText {
  const type = failureType(error)
  const hasStack = type === 'system_error' && error instanceof Error && error.stack !== undefined
  return {
    failureType: type,
    message: mask(error instanceof Error && error.message !== '' ? error.message : String(error)),
    internalMessage: mask(causes(error).join(' <- ')),
    stackTrace: hasStack ? mask(String(error.stack)) : null,
  }
}

function failureType(error: unknown): FailureText['failureType'] {
  if (error instanceof ConfigError) return 'config_error'
  if (error instanceof TransientError) return 'transient_error'
  // Whatever a stream makes of its other statuses: these two are about the credentials.
  if (error instanceof HttpStatusError && [401, 403].includes(error.status)) return 'config_error'
  return 'system_error'
}

function causes(error: unknown): string[] {
  const texts: string[] = []
  let cause = error
  while (cause !== undefined && texts.length < CAUSES_MAX) {
    texts.push(String(cause))
    cause = cause instanceof Error ? cause.cause : undefined
  }
  return texts
}

const CAUSES_MAX = 5
