import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request that came in. */
export interface WebhookCall {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** A server that remembers its calls and answers them as `answer` says: 200 and nothing, unless told otherwise. */
export class Webhook {
  readonly calls: WebhookCall[] = []
  answer: (call: WebhookCall) => { readonly status: number; readonly body?: string } = () => ({ status: 200 })
  readonly #server: Server

  static async start(): Promise<Webhook> {
    const webhook = new Webhook()
    await new Promise<void>((resolve) => webhook.#server.listen(0, '127.0.0.1', resolve))
    return webhook
  }

  private constructor() {
    this.#server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      const { method = '', url = '', headers } = request
      const call = { method, url, headers, body }
      this.calls.push(call)
      const answer = this.answer(call)
      response.writeHead(answer.status).end(answer.body ?? '')
    })
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/webhook`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
