import { write } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** Where the output goes. `write` resolves when all bytes have been taken; it is never called while one is under way. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>
}

/**
 * Writes to a file descriptor from a thread of the pool. process.stdout would do it in the main thread where it is a
 * pipe: while the reader is slow nothing else could go on, neither the next request nor a signal to stop.
 */
export function fileDescriptorSink(fd: number): ByteSink {
  return {
    async write(bytes) {
      let done = 0
      while (done < bytes.length) {
        const taken = await writeSome(fd, bytes.subarray(done))
        if (taken === 0) await pause(FULL_PIPE_PAUSE_MS)
        done += taken
      }
    },
  }
}

/** Resolves to the number of bytes taken: 0 when the pipe was left non-blocking by our parent and is full. */
function writeSome(fd: number, bytes: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, bytes, (error, taken) => {
      if (error === null) resolve(taken)
      else if (error.code === 'EAGAIN') resolve(0)
      else reject(error)
    })
  })
}

const FULL_PIPE_PAUSE_MS = 2
