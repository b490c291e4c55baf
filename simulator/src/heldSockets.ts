import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Connections whose requests get no answer. A server that closes would wait for one, so it closes these first. */
export class HeldSockets {
  readonly #sockets = new Set<Socket>()

  /** Never answers this request. */
  hold({ raw: { socket } }: FastifyRequest, reply: FastifyReply): FastifyReply {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    return reply.hijack()
  }

  /** Closes the connection instead of answering. */
  cut({ raw: { socket } }: FastifyRequest, reply: FastifyReply): FastifyReply {
    reply.hijack()
    socket.destroy()
    return reply
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}
