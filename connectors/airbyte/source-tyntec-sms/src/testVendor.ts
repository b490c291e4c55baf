import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Answer {
  readonly status?: number
  /** Sent as JSON; text as it is. Absent: no body. */
  readonly body?: unknown
}

/** A server in the vendor's place. What it may not be asked it does not answer, and `close` fails over it. */
export interface TestVendor {
  readonly url: string
  /** What was asked for: paths with their queries, in order. */
  readonly requests: readonly string[]
  readonly apiKeys: ReadonlySet<string>
  close(): Promise<void>
}

export async function startTestVendor(answerTo: (url: URL) => Answer): Promise<TestVendor> {
  const requests: string[] = []
  const apiKeys = new Set<string>()
  const forbidden: string[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://vendor')
    requests.push(`${url.pathname}${url.search}`)
    apiKeys.add(String(request.headers.apikey))
    if (request.method !== 'GET' || /\/messaging\/v1\/sms/.test(decodeURIComponent(url.pathname))) {
      forbidden.push(`${request.method} ${request.url}`)
      response.destroy()
      return
    }
    const { status = 200, body } = answerTo(url)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    apiKeys,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
      assert.deepEqual(forbidden, [])
    },
  }
}

/** What the vendor answers where there is no such thing. */
export const NOT_FOUND: Answer = {
  status: 404,
  body: { type: 'https://httpstatuses.com/404', title: 'Not Found', status: 404 },
}
