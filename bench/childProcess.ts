import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Answer, Commands } from './serveParent.ts'

/** A process of the bench, as the one that started it sees it. */
export interface Child<Its extends Commands> {
  /** Rejects when the command fails, when the process ends, and after two minutes. */
  ask<Name extends keyof Its & string>(
    name: Name,
    ...argument: Parameters<Its[Name]>
  ): Promise<Awaited<ReturnType<Its[Name]>>>
  /** Lets it close in good order, and kills it when it takes too long. */
  stop(): Promise<void>
}

/** Starts a file of this folder, which calls `serveParent`, in a process of its own. Its output goes to ours. */
export function startChild<Its extends Commands>(file: string): Child<Its> {
  const child = fork(join(import.meta.dirname, file), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const ended = once(child, 'exit')
  const open = new Map<number, PromiseWithResolvers<unknown>>()
  let asked = 0

  child.on('message', (answer: Answer) => {
    const { id } = answer
    if ('error' in answer) open.get(id)?.reject(new Error(`${file}: ${answer.error}`))
    else open.get(id)?.resolve(answer.value)
  })
  child.on('exit', (code, signal) => {
    for (const { reject } of open.values()) reject(new Error(`${file} ended (${signal ?? code})`))
  })

  return {
    async ask<Name extends keyof Its & string>(
      name: Name,
      ...[argument]: Parameters<Its[Name]>
    ): Promise<Awaited<ReturnType<Its[Name]>>> {
      asked += 1
      const id = asked
      const question = Promise.withResolvers<unknown>()
      open.set(id, question)
      const timer = setTimeout(() => question.reject(new Error(`${file}: no answer to ${name}`)), ANSWER_TIMEOUT_MS)
      child.send({ id, name, argument }, (error) => error && question.reject(error))
      try {
        // `serveParent` answers with what the command of that name resolved with.
        return (await question.promise) as Awaited<ReturnType<Its[Name]>>
      } finally {
        clearTimeout(timer)
        open.delete(id)
      }
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
      if (child.connected) child.disconnect()
      await ended
      clearTimeout(timer)
    },
  }
}

/** More than any run may take. */
const ANSWER_TIMEOUT_MS = 120_000
const STOP_TIMEOUT_MS = 15_000
