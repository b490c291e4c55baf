import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

export interface RawServer {
  readonly url: string
  /** Every connection so far, with all that came on it, one character an octet. */
  readonly connections: readonly { readonly socket: Socket; received: string }[]
  /** Requests so far, told by their empty lines: for requests whose bodies have none. */
  readonly requests: () => number
  close(): Promise<void>
}

/** A TCP server on loopback that speaks HTTP as badly as a test wants: `answer` is called for each piece that comes. */
export async function startRawServer(
  answer: (socket: Socket, came: { readonly connection: number; readonly piece: number }) => void,
): Promise<RawServer> {
  const connections: { readonly socket: Socket; received: string }[] = []
  const server = createServer((socket) => {
    const connection = { socket, received: '' }
    const number = connections.push(connection)
    let piece = 0
    socket.on('error', () => {})
    socket.on('data', (data) => {
      connection.received += data.toString('latin1')
      answer(socket, { connection: number, piece: ++piece })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    connections,
    requests: () => connections.reduce((sum, { received }) => sum + received.split('\r\n\r\n').length - 1, 0),
    async close() {
      for (const { socket } of connections) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
