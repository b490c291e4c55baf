import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { TestContext } from 'node:test'

/** A server on loopback that can go away and come back at the same port; it is gone when the test ends. */
export class TestServer {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #port = 0

  static async start(context: TestContext, answer: RequestListener): Promise<TestServer> {
    const server = new TestServer(answer)
    await server.comeBack()
    context.after(() => server.goDown())
    return server
  }

  private constructor(answer: RequestListener) {
    this.#server = createServer(answer)
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Drops every connection and takes none. */
  async goDown(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve))
  }

  async comeBack(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
  }
}
