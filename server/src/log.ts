import pino, { type Logger } from 'pino'

export type { Logger } from 'pino'

/**
 * One JSON line for each finished unit of work, on standard output. A message's own lines are at debug: at info they
 * would cost a fifth of the hot path. Never bodies, keys or whole numbers; what might carry one is redacted.
 */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      redact: {
        paths: ['*.apikey', '*.apiKey', '*.password', '*.body', '*.key', '*.url', 'url'],
        censor: '[redacted]',
      },
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ dest: 1, sync: false, minLength: BUFFERED_BYTES }),
  )
}

/** Lines are written together; what is buffered is flushed each second and at the end. */
const BUFFERED_BYTES = 4_096

/** "+4915112345678" → "+491511***": enough to tell networks apart, too little to call anybody. */
export function maskNumber(number: string): string {
  return `${number.slice(0, 7)}***`
}
