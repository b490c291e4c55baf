import type { FastifyInstance } from 'fastify'
import type { ProvisioningRequest } from '../../contacts/provisioningRequest.ts'
import { listRequests, readRequest } from '../../contacts/readRequests.ts'
import { requestNumbers } from '../../contacts/requestNumbers.ts'
import { principalOf } from '../../http/authenticate.ts'
import { canonicalQuery } from '../../http/canonicalQuery.ts'
import { Problem } from '../../http/problem.ts'
import { errorResponses } from '../errorResponses.ts'
import { BODY_PROBLEMS } from '../problems.ts'
import type { ByonDependencies } from './byonRoutes.ts'
import { unknownContact } from './contacts.ts'
import { BYON, filterOf, pageOf } from './endpoint.ts'
import { alreadyOwn, taken } from './numberProblems.ts'
import { readWantedNumbers } from './readWantedNumbers.ts'
import {
  ProvisioningAnswer,
  ProvisioningBody,
  ProvisioningParams,
  ProvisioningQuery,
  ProvisioningsAnswer,
  ProvisioningsQuery,
} from './schema.ts'

/** /byon/provisioning/v1: requests to register numbers. */
export function provisioningRoutes(app: FastifyInstance, dependencies: ByonDependencies): void {
  const { db } = dependencies
  app.get<{ Querystring: ProvisioningsQuery }>('/byon/provisioning/v1', {
    preValidation: canonicalQuery(Object.keys(ProvisioningsQuery.properties)),
    schema: {
      ...BYON,
      summary: 'List provisioning requests',
      querystring: ProvisioningsQuery,
      response: { 200: ProvisioningsAnswer, ...errorResponses(400) },
    },
    handler: async (request) => {
      const { query } = request
      const requests = await listRequests(db, {
        accountId: principalOf(request).accountId,
        contactId: filterOf('contactId', query.contactId),
        friendlyName: filterOf('friendlyName', query.friendlyName),
        page: pageOf(query),
      })
      return { provisioningRequests: requests.map(shownRequest), size: requests.length }
    },
  })
  app.post<{ Querystring: ProvisioningQuery; Body: ProvisioningBody }>('/byon/provisioning/v1', {
    preValidation: canonicalQuery(Object.keys(ProvisioningQuery.properties)),
    schema: {
      ...BYON,
      summary: 'Request to register numbers',
      querystring: ProvisioningQuery,
      body: ProvisioningBody,
      response: { 200: ProvisioningAnswer, ...errorResponses(...BODY_PROBLEMS, 404, 409) },
    },
    handler: async (request) => {
      const { query } = request
      const result = await requestNumbers(dependencies, {
        accountId: principalOf(request).accountId,
        contactId: query.contactId,
        friendlyName: filterOf('friendlyName', query.friendlyName),
        numbers: readWantedNumbers(request.body),
      })
      switch (result.kind) {
        case 'requested':
          return shownRequest(result.request)
        case 'unknown contact':
          return unknownContact()
        case 'own already':
          throw alreadyOwn(result.numbers)
        case 'taken':
          throw taken(result.numbers)
      }
    },
  })
  app.get<{ Params: ProvisioningParams }>('/byon/provisioning/v1/:requestId', {
    schema: {
      ...BYON,
      summary: 'Read a provisioning request',
      params: ProvisioningParams,
      response: { 200: ProvisioningAnswer, ...errorResponses(404) },
    },
    handler: async (request) => {
      const key = { accountId: principalOf(request).accountId, id: request.params.requestId }
      const found = await readRequest(db, key)
      if (found !== null) return shownRequest(found)
      throw new Problem(404, 'Provisioning request not found', { code: 'ProvisioningRequestNotFound' })
    },
  })
}

export function shownRequest(request: ProvisioningRequest): ProvisioningAnswer {
  return {
    accountId: request.accountId,
    contactId: request.contactId,
    requestId: request.id,
    friendlyName: request.friendlyName,
    status: request.status,
    dateProvisioningRequest: request.requestedAt,
    dateProvisioningUpdated: request.updatedAt,
    dateProvisioningCompleted: request.completedAt ?? 0,
    loaId: request.loaId,
    loaStatus: request.loaStatus,
  }
}
