import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { type ArrivalSummary, Arrivals } from './arrivals.ts'
import { readMark } from './benchMessage.ts'
import { HttpFrames } from './httpFrames.ts'
import { serveParent } from './serveParent.ts'

/** The customer's end of the callbacks: answers all of them 200 and counts those that say DELIVERED. */
const server = createServer({ noDelay: true }, welcome).listen(0, '127.0.0.1')
await once(server, 'listening')
const sockets = new Set<Socket>()
let arrivals = new Arrivals(0)

const commands = {
  async port(): Promise<number> {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  },

  async begin({ run }: { readonly run: number }): Promise<void> {
    arrivals = new Arrivals(run)
  },

  async arrivals(): Promise<ArrivalSummary> {
    return arrivals.summary()
  },
}
export type CallbackSinkCommands = typeof commands

serveParent(commands, async () => {
  server.close()
  for (const socket of sockets) socket.destroy()
})

function welcome(socket: Socket): void {
  const frames = new HttpFrames((head, body) => {
    socket.write(ANSWER)
    const mark = readMark(head.slice(0, head.indexOf('\r\n')))
    if (mark !== null && body.includes(DELIVERED)) arrivals.add(mark, Date.now())
  })
  sockets.add(socket)
  socket.on('data', (chunk: Buffer) => frames.push(chunk))
  // A caller may drop a connection at any time; its call is repeated if it was not answered.
  socket.on('error', () => {})
  socket.on('close', () => sockets.delete(socket))
}

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
const DELIVERED = '"status":"DELIVERED"'
