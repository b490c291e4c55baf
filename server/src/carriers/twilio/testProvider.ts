import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import type { CarrierPeer, PeerBehaviour } from '../carrier.contract.ts'
import { TestServer } from '../http/testServer.ts'

/** A voice provider that answers each request for a call as it is told; accounts it always shows. */
export class TestProvider implements CarrierPeer {
  /** The forms of the requests for calls, in the order in which they came. */
  readonly forms: URLSearchParams[] = []
  /** Path and query of all requests. */
  readonly urls: string[] = []
  #server: TestServer | null = null
  #answer: (response: ServerResponse, request: IncomingMessage) => void = accept
  #account: (response: ServerResponse) => void = (response) => json(response, 200, { status: 'active' })

  static async start(context: TestContext): Promise<TestProvider> {
    const provider = new TestProvider()
    provider.#server = await TestServer.start(context, (request, response) => provider.#take(request, response))
    return provider
  }

  get baseUrl(): string {
    return this.#server?.url ?? ''
  }

  get received(): number {
    return this.forms.length
  }

  behave(behaviour: PeerBehaviour): void {
    this.answerBy(BEHAVIOURS[behaviour])
  }

  /** How requests for calls are answered from now on. */
  answerBy(answer: (response: ServerResponse, request: IncomingMessage) => void): void {
    this.#answer = answer
  }

  /** How requests for the account are answered from now on. */
  showAccountBy(answer: (response: ServerResponse) => void): void {
    this.#account = answer
  }

  async goDown(): Promise<void> {
    await this.#server?.goDown()
  }

  async comeBack(): Promise<void> {
    await this.#server?.comeBack()
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.urls.push(request.url ?? '')
    let body = ''
    for await (const chunk of request) body += chunk
    if (request.method === 'GET') this.#account(response)
    else {
      this.forms.push(new URLSearchParams(body))
      this.#answer(response, request)
    }
  }
}

export function json(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

let calls = 0

function accept(response: ServerResponse): void {
  json(response, 201, { sid: `CA${String(calls++).padStart(32, '0')}`, status: 'queued' })
}

const BEHAVIOURS: Readonly<Record<PeerBehaviour, (response: ServerResponse) => void>> = {
  accept,
  refuse: (response) => json(response, 400, { code: 21_211, message: 'not valid', status: 400 }),
  throttle: (response) => json(response, 429, { code: 20_429, message: 'Too Many Requests', status: 429 }),
  'be silent': () => {},
  'hang up': (response) => response.destroy(),
}
