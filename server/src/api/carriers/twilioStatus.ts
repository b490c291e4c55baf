import type { FastifyInstance } from 'fastify'
import { Problem, unavailable } from '../../http/problem.ts'

/** Whoever takes the status callbacks of one carrier; 'taken' once what they say is committed. */
export interface StatusReceiver {
  receive(callback: StatusCallback): Promise<'taken' | 'bad signature' | 'try later'>
}

export interface StatusCallback {
  /** As the caller had it. */
  readonly url: string
  readonly form: Readonly<Record<string, string | readonly string[]>>
  readonly signature: string | undefined
}

export interface TwilioStatusOptions {
  /** Undefined: there is no such carrier, or it gets no callbacks. */
  readonly receiver: (carrierId: string) => StatusReceiver | undefined
  /** Where this server is reached from outside, without a slash at its end; it is part of what is signed. */
  readonly publicUrl: () => string | null // null: not known, so callbacks were not asked for
}

/** The path of a carrier's status callbacks, below the public URL. */
export function statusPath(carrierId: string): string {
  return `/carriers/${encodeURIComponent(carrierId)}/status`
}

/**
 * `POST /carriers/:carrierId/status`: what a voice provider says of a call. The signature is the only key. 204 when it
 * is committed; 403 for a signature that is not the provider's, 503 when it should come again.
 */
export function twilioStatusRoute(app: FastifyInstance, { receiver, publicUrl }: TwilioStatusOptions): void {
  app.post<{ Params: { carrierId: string } }>(
    '/carriers/:carrierId/status',
    { schema: { hide: true }, bodyLimit: BODY_BYTES_MAX },
    async (request, reply) => {
      const found = receiver(request.params.carrierId)
      const base = publicUrl()
      if (found === undefined || base === null) throw new Problem(404, 'there is no such carrier')
      const header = request.headers['x-twilio-signature']
      const result = await found.receive({
        url: base + request.raw.url,
        form: readForm(request.body),
        signature: typeof header === 'string' ? header : undefined,
      })
      switch (result) {
        case 'taken':
          return reply.code(204).send()
        case 'bad signature':
          throw new Problem(403, 'the signature is not right')
        case 'try later':
          throw unavailable('the callback could not be recorded; send it again')
      }
    },
  )
}

const BODY_BYTES_MAX = 16_384

function readForm(body: unknown): StatusCallback['form'] {
  const form: Record<string, string | string[]> = {}
  if (typeof body !== 'object' || body === null) return form
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === 'string') form[name] = value
    else if (Array.isArray(value)) form[name] = value.map(String)
  }
  return form
}
