import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ReceivedCall {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly id: string
  readonly attempt: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface WebhookReceiver {
  readonly origin: string
  readonly calls: readonly ReceivedCall[]
  /** Calls to one path, in the order they came. */
  callsTo(path: string): readonly ReceivedCall[]
  close(): Promise<void>
}

/** A customer's server on loopback. `answer` may leave the call unanswered; by default everything is taken. */
export async function startReceiver(
  answer: (response: ServerResponse, call: ReceivedCall) => void = (response) => response.end(),
): Promise<WebhookReceiver> {
  const calls: ReceivedCall[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://receiver')
      const call = {
        method: request.method ?? '',
        path: pathname,
        query: searchParams,
        id: String(request.headers['webhook-id']),
        attempt: Number(request.headers['webhook-attempt']),
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      }
      calls.push(call)
      answer(response, call)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    callsTo: (path) => calls.filter((call) => call.path === path),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
