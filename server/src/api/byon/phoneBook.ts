import type { FastifyInstance } from 'fastify'
import { listPhoneBook, type PhoneBookEntry as Registration, readPhoneBookNumber } from '../../contacts/phoneBook.ts'
import { principalOf } from '../../http/authenticate.ts'
import { canonicalQuery } from '../../http/canonicalQuery.ts'
import { Problem } from '../../http/problem.ts'
import { parseNumber } from '../../numbers/parseNumber.ts'
import { errorResponses } from '../errorResponses.ts'
import type { ByonDependencies } from './byonRoutes.ts'
import { BYON, filterOf, pageOf } from './endpoint.ts'
import { notANumber } from './numberProblems.ts'
import { shownRequest } from './provisioning.ts'
import { PhoneBookAnswer, type PhoneBookEntry, PhoneBookParams, PhoneBookQuery } from './schema.ts'

/** /byon/phonebook/v1/numbers: each number of each request, with how far it is. */
export function phoneBookRoutes(app: FastifyInstance, { db }: Pick<ByonDependencies, 'db'>): void {
  app.get<{ Querystring: PhoneBookQuery }>('/byon/phonebook/v1/numbers', {
    preValidation: canonicalQuery(Object.keys(PhoneBookQuery.properties)),
    schema: {
      ...BYON,
      summary: 'List the phone book',
      querystring: PhoneBookQuery,
      response: { 200: PhoneBookAnswer, ...errorResponses(400) },
    },
    handler: async (request) => {
      const { query } = request
      const entries = await listPhoneBook(db, {
        accountId: principalOf(request).accountId,
        requestId: filterOf('requestId', query.requestId),
        contactId: filterOf('contactId', query.contactId),
        page: pageOf(query),
      })
      return { provisioningRequests: entries.map(shown), size: entries.length }
    },
  })
  app.get<{ Params: PhoneBookParams }>('/byon/phonebook/v1/numbers/:phoneNumber', {
    schema: {
      ...BYON,
      summary: 'Look up a number in the phone book',
      params: PhoneBookParams,
      response: { 200: PhoneBookAnswer, ...errorResponses(400, 404) },
    },
    handler: async (request) => {
      const number = parseNumber(request.params.phoneNumber)
      if (number === null) throw notANumber('phoneNumber')
      const entries = await readPhoneBookNumber(db, { accountId: principalOf(request).accountId, number })
      if (entries.length === 0) throw new Problem(404, 'Phone number not found', { code: 'PhoneNumberNotFound' })
      return { provisioningRequests: entries.map(shown), size: entries.length }
    },
  })
}

function shown({ number, country, request }: Registration): PhoneBookEntry {
  return { phoneNumber: number, country, ...shownRequest(request) }
}
