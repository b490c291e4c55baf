import type { FastifyInstance } from 'fastify'
import type { RequestWriter } from '../../contacts/requestNumbers.ts'
import { type AuthenticateDependencies, authenticate } from '../../http/authenticate.ts'
import { parseJsonObjects } from '../../http/parseJson.ts'
import { readJsonBy } from '../../http/server.ts'
import { contactRoutes } from './contacts.ts'
import { phoneBookRoutes } from './phoneBook.ts'
import { provisioningRoutes } from './provisioning.ts'

/** Everything below it answers errors in the style of this API, see errorResponse. */
export const BYON_PREFIX = '/byon'

export interface ByonDependencies extends AuthenticateDependencies, RequestWriter {}

/** The vendor's BYON API: contacts, requests to register numbers, the phone book. Register it in a scope of its own. */
export function byonRoutes(app: FastifyInstance, dependencies: ByonDependencies): void {
  readJsonBy(app, parseJsonObjects)
  app.addHook('onRequest', authenticate(dependencies, 'numbers', 'header or query'))
  contactRoutes(app, dependencies)
  provisioningRoutes(app, dependencies)
  phoneBookRoutes(app, dependencies)
}
