import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { HttpFrames } from './httpFrames.ts'

/**
 * One HTTP connection that is kept open and has one request on its way at a time. `answered` gets the status and
 * the body of each answer, in the order of the requests; `broken` why the connection ended before it was closed here.
 */
export class KeepAliveClient {
  readonly #socket: Socket

  private constructor(socket: Socket, { answered, broken }: KeepAliveHandlers) {
    this.#socket = socket
    const frames = new HttpFrames((head, body) => answered(statusOf(head), body))
    socket.on('data', (chunk: Buffer) => {
      try {
        frames.push(chunk)
      } catch (error) {
        broken(error)
      }
    })
    socket.on('error', broken)
    socket.on('close', () => broken(new Error('the server closed the connection')))
  }

  static async open(port: number, handlers: KeepAliveHandlers): Promise<KeepAliveClient> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    await once(socket, 'connect')
    return new KeepAliveClient(socket, handlers)
  }

  send(request: string): void {
    this.#socket.write(request)
  }

  close(): void {
    this.#socket.removeAllListeners()
    this.#socket.destroy()
  }
}

export interface KeepAliveHandlers {
  answered(status: number, body: Buffer): void
  broken(reason: unknown): void
}

/** `HTTP/1.1 200 OK` */
function statusOf(head: string): number {
  return Number(head.slice(9, 12))
}
