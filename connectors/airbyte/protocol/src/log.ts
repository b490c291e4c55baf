/** Goes out as LOG messages, secrets masked. One line for what an operator would want to know; never records. */
export interface Log {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}
