import type { LineWriter } from './lineWriter.ts'
import type { Mask } from './maskSecrets.ts'
import { type LogLevel, logLine } from './messages.ts'

/** Goes out as LOG messages, secrets masked. One line for what an operator would want to know; never records. */
export interface Log {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/** @param isDebugging whether debug lines are written at all. */
export function createLog({ writer, mask, isDebugging }: LogOptions): Log {
  const write = (level: LogLevel) => (message: string) => void writer.push(logLine(level, mask(message)))
  return {
    debug: isDebugging ? write('DEBUG') : () => {},
    info: write('INFO'),
    warn: write('WARN'),
    error: write('ERROR'),
  }
}

interface LogOptions {
  readonly writer: LineWriter
  readonly mask: Mask
  readonly isDebugging: boolean
}
