import type { MediaCredentials } from '../../callbacks/mediaCredentials.ts'
import { constraintViolation, type Violation } from '../../http/problem.ts'
import type { Fields } from '../chat/fields.ts'
import { readBody } from '../chat/readMessageRequest.ts'
import type { CheckUrl } from '../chat/readStep.ts'

/** Throws a 400 with every mistake at once. */
export function readMediaCredentials(body: unknown, { checkUrl }: { checkUrl: CheckUrl }): MediaCredentials {
  const violations = new Map<string, Violation>()
  const request = readBody(body, violations)
  const kind = readKind(request)
  const credentials = kind === null ? null : readOf(kind, request, checkUrl)
  if (violations.size > 0 || credentials === null) throw constraintViolation([...violations.values()])
  return credentials
}

type Kind = MediaCredentials['kind']
const KINDS = ['basic', 'oauth2'] as const satisfies readonly Kind[]

/** It may go without a type where only one of them is given. */
function readKind(request: Fields): Kind | null {
  if (request.has('type')) return request.word('type', KINDS)
  const [first, second] = KINDS.filter((kind) => request.has(kind))
  return first !== undefined && second === undefined ? first : request.refuse('type', 'must be one of basic, oauth2')
}

function readOf(kind: Kind, request: Fields, checkUrl: CheckUrl): MediaCredentials | null {
  const fields = request.has(kind) ? request.object(kind) : request.refuse(kind, EMPTY)
  if (fields === null) return null
  if (kind === 'basic') {
    const username = fields.requiredText('username', CREDENTIAL_CHARACTERS_MAX)
    const password = fields.requiredText('password', CREDENTIAL_CHARACTERS_MAX)
    return username === null || password === null ? null : { kind, username, password }
  }
  const clientId = fields.requiredText('clientId', CREDENTIAL_CHARACTERS_MAX)
  const clientSecret = fields.requiredText('clientSecret', CREDENTIAL_CHARACTERS_MAX)
  const url = fields.has('url') ? fields.url('url', checkUrl) : fields.refuse('url', EMPTY)
  return clientId === null || clientSecret === null || url === null ? null : { kind, clientId, clientSecret, url }
}

const EMPTY = 'must not be empty'
const CREDENTIAL_CHARACTERS_MAX = 1_024
