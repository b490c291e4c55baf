import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import type { CarrierPeer, PeerBehaviour } from '../carrier.contract.ts'
import { TestServer } from '../http/testServer.ts'

export interface GraphRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly authorization: string | undefined
  readonly contentType: string | undefined
  readonly body: string
}

export type GraphAnswer = (response: ServerResponse, request: GraphRequest) => void

/** Meta's API as it answers each kind of request as it is told. */
export class TestGraph implements CarrierPeer {
  readonly requests: GraphRequest[] = []
  #server: TestServer | null = null
  #messages: GraphAnswer = accept
  #media: GraphAnswer = (response) => json(response, 200, { id: 'upload-1' })
  #other: GraphAnswer = (response) => json(response, 200, { id: '1001' })

  static async start(context: TestContext): Promise<TestGraph> {
    const graph = new TestGraph()
    graph.#server = await TestServer.start(context, (request, response) => graph.#take(request, response))
    return graph
  }

  get baseUrl(): string {
    return this.#server?.url ?? ''
  }

  get received(): number {
    return this.messages.length
  }

  /** Bodies of the requests to send. */
  get messages(): readonly unknown[] {
    return this.requests.filter(({ url }) => url.endsWith('/messages')).map(({ body }) => JSON.parse(body))
  }

  get uploads(): readonly GraphRequest[] {
    return this.requests.filter(({ url }) => url.endsWith('/media'))
  }

  behave(behaviour: PeerBehaviour): void {
    this.#messages = BEHAVIOURS[behaviour]
  }

  answerMessagesBy(answer: GraphAnswer): void {
    this.#messages = answer
  }

  answerUploadsBy(answer: GraphAnswer): void {
    this.#media = answer
  }

  /** The number, and files. */
  answerOthersBy(answer: GraphAnswer): void {
    this.#other = answer
  }

  async goDown(): Promise<void> {
    await this.#server?.goDown()
  }

  async comeBack(): Promise<void> {
    await this.#server?.comeBack()
  }

  async #take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of incoming) chunks.push(chunk)
    } catch {
      // The sender gave up: there is nobody to answer.
      return
    }
    const { method = '', url = '', headers } = incoming
    const body = Buffer.concat(chunks).toString('latin1')
    const { authorization, 'content-type': contentType } = headers
    const request = { method, url, authorization, contentType, body: decode(contentType, body) }
    this.requests.push(request)
    if (url.endsWith('/messages')) this.#messages(response, request)
    else if (url.endsWith('/media')) this.#media(response, request)
    else this.#other(response, request)
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

/** An error in Meta's form. */
export function graphError(code: number, details?: string): object {
  const error_data = { messaging_product: 'whatsapp', details }
  return { error: { message: `(#${code}) Title`, type: 'OAuthException', code, error_data, fbtrace_id: 'A1' } }
}

function decode(contentType: string | undefined, latin1: string): string {
  return contentType === 'application/json' ? Buffer.from(latin1, 'latin1').toString() : latin1
}

let messages = 0

function accept(response: ServerResponse): void {
  json(response, 200, { messaging_product: 'whatsapp', messages: [{ id: `wamid.${messages++}==` }] })
}

const BEHAVIOURS: Readonly<Record<PeerBehaviour, (response: ServerResponse) => void>> = {
  accept,
  refuse: (response) => json(response, 400, graphError(131_026)),
  throttle: (response) => json(response, 429, graphError(130_429)),
  'be silent': () => {},
  'hang up': (response) => response.destroy(),
}
