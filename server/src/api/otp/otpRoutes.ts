import type { FastifyInstance } from 'fastify'
import { type AuthenticateDependencies, authenticate } from '../../http/authenticate.ts'
import { parseJsonObject } from '../../http/parseJson.ts'
import { Problem } from '../../http/problem.ts'
import { readJsonBy } from '../../http/server.ts'
import type { Applications } from '../../otp/application.ts'
import type { Otps } from '../../otp/otp.ts'
import { applicationRoutes } from './applications.ts'
import { checkRoute } from './check.ts'
import { languageRoutes } from './languages.ts'
import { otpReadingRoutes } from './otps.ts'
import type { SenderRules } from './permitSender.ts'
import { withCodes } from './refusals.ts'
import { sendRoutes } from './send.ts'

/** Everything below it answers errors with an id, see errorResponse. */
export const OTP_PREFIX = '/2fa'

export interface OtpDependencies extends AuthenticateDependencies, SenderRules {
  readonly applications: Applications
  readonly otps: Otps
}

/** The vendor's 2FA API v1: applications, their templates, OTPs. Register it in a scope of its own. */
export function otpRoutes(app: FastifyInstance, dependencies: OtpDependencies): void {
  readEmptyBodies(app)
  app.setErrorHandler((error: Error) => {
    throw withCodes(error)
  })
  app.addHook('onRequest', authenticate(dependencies, 'otp', 'header or query'))
  applicationRoutes(app, dependencies)
  languageRoutes(app, dependencies)
  sendRoutes(app, dependencies)
  checkRoute(app, dependencies)
  otpReadingRoutes(app, dependencies)
}

/** Parameters stand in the query, so many clients name a content type and send nothing of it. */
function readEmptyBodies(app: FastifyInstance): void {
  readJsonBy(app, (text) => (text.trim() === '' ? {} : parseJsonObject(text)))
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, {})
    else done(new Problem(415, `Unsupported Media Type: ${request.headers['content-type'] ?? 'none is named'}`))
  })
}
