import { authenticate, requireAccount, requireResource } from './authenticate.ts'
import { catalogue } from './catalogue.ts'
import { readPage } from './page.ts'
import { pageBody } from './pageBody.ts'
import { type Match, openTarget } from './route.ts'
import { notFound, TwilioError } from './twilioError.ts'
import type { World } from './world.ts'

/** What goes back. */
export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly body: Buffer
  /** The header's value; null: none. */
  readonly retryAfter: string | null
}

/** The answer to a question, errors included. */
export function answerOf(question: Question | TwilioError): Answer {
  const contentType = 'application/json;charset=utf-8'
  try {
    if (question instanceof TwilioError) throw question
    return { status: 200, contentType, body: rightBody(question), retryAfter: null }
  } catch (error) {
    if (!(error instanceof TwilioError)) throw error
    return { status: error.status, contentType, body: Buffer.from(error.body), retryAfter: null }
  }
}

export interface Question {
  readonly world: World
  /** Null: no resource has this path. */
  readonly match: Match | null
  readonly path: string
  readonly query: URLSearchParams
  readonly authorization: string | undefined
  readonly pageSizeLimit: number
}

function rightBody(question: Question): Buffer {
  const { world, match, path, query, authorization, pageSizeLimit } = question
  const caller = authenticate(world, authorization)
  if (match === null) throw notFound(path)
  const { resource } = match
  requireResource(caller, resource)
  const { account } = caller
  const target = openTarget(
    { world, catalogue, account, requireAccount: (asked) => requireAccount(caller, asked) },
    match,
  )
  const { collection, index } = target
  const refusal = resource.refuse?.(collection, query) ?? null
  if (refusal !== null) throw refusal
  if (index !== null) return Buffer.from((resource.detail?.(collection) ?? resource.writer(collection, query))(index))
  const write = resource.writer(collection, query)
  return pageBody(collection, query, readPage(collection, query, { write, pageSizeLimit }), write)
}
