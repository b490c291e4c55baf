import { once } from 'node:events'
import net, { type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { type AnsweredRequest, decodePdu, encodePdu, type Pdu, type PduToSend } from '../src/pdu.ts'
import { PduStream } from '../src/pduStream.ts'
import { type SessionHandlers, type SessionOptions, SmppSession } from '../src/session.ts'
import { FakeClock } from './fakeClock.ts'

/** A session under test on one end of a loopback connection and a peer that does exactly what the test says on the other. */
export async function sessionWithPeer(
  test: TestContext,
  options: Partial<SessionOptions> = {},
  handlers: Partial<SessionHandlers> = {},
) {
  const clock = new FakeClock()
  const server = net.createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const accepted = once(server, 'connection')
  const socket = net.connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const [peerSocket] = await accepted
  server.close()

  const requests: AnsweredRequest[] = []
  const closed: string[] = []
  const session = new SmppSession(
    socket,
    { windowMax: 10, responseTimeoutMs: 1000, enquireLinkMs: 0, clock, ...options },
    { request: (pdu) => requests.push(pdu), closed: (reason) => closed.push(reason), ...handlers },
  )
  const peer = new Peer(peerSocket)
  test.after(() => {
    session.destroy('the test is over')
    peer.socket.destroy()
  })
  return { session, peer, clock, requests, closed, socket }
}

class Peer {
  readonly socket: Socket
  readonly received: Pdu[] = []
  /** Called for each PDU when set; lets a test answer as it likes. */
  onPdu: (pdu: Pdu) => void = () => {}
  ended = false
  readonly #stream = new PduStream(65_536)

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('error', () => this.#end())
    socket.on('close', () => this.#end())
  }

  send(...pdus: PduToSend[]): void {
    this.socket.write(Buffer.concat(pdus.map(encodePdu)))
  }

  #end(): void {
    this.ended = true
  }

  #read(chunk: Buffer): void {
    this.#stream.push(chunk)
    while (this.#stream.next() === 'pdu') {
      const pdu = decodePdu(this.#stream.buffer, this.#stream.start, this.#stream.end)
      this.received.push(pdu)
      this.onPdu(pdu)
    }
  }
}
