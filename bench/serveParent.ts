/** What a process of the bench can be asked: each command takes at most one value, and both ways are plain JSON. */
export type Commands = Readonly<Record<string, (argument: never) => Promise<unknown>>>

export interface Question {
  readonly id: number
  readonly name: string
  readonly argument: unknown
}

export type Answer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string }

/**
 * Answers the process that started this one until that ends or lets go; then `close` runs and this process ends too,
 * so that nothing outlives a bench that was killed.
 */
export function serveParent(commands: Commands, close: () => Promise<void>): void {
  // Ctrl-C reaches the whole group. The parent dies of it, and its children close in good order.
  process.on('SIGINT', () => {})
  process.on('message', (question: Question) => {
    void answer(commands, question).then((reply) => process.send?.(reply))
  })
  const end = () => {
    setTimeout(() => process.exit(1), CLOSE_TIMEOUT_MS).unref()
    void close().finally(() => process.exit())
  }
  if (process.connected) process.on('disconnect', end)
  else end()
}

const CLOSE_TIMEOUT_MS = 12_000

async function answer(commands: Commands, { id, name, argument }: Question): Promise<Answer> {
  try {
    // The parent's call was checked against these very commands when it was compiled.
    return { id, value: await commands[name]?.(argument as never) }
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}
