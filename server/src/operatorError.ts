/** A mistake or circumstance the operator can put right: shown as its message alone, without a stack, exit code 1. */
export class OperatorError extends Error {
  override name = 'OperatorError'
}

/** The reason in a system error, without the call and path that the message around it tells better. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return /^[A-Z]+: ([^,]+),/.exec(error.message)?.[1] ?? error.message
}
