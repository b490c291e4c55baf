import type { FastifyInstance } from 'fastify'
import { principalOf } from '../../http/authenticate.ts'
import { Problem } from '../../http/problem.ts'
import { parseSender } from '../../numbers/parseSender.ts'
import type { ApplicationWish } from '../../otp/application.ts'
import { numberOfCaller, parseCaller } from '../../otp/caller.ts'
import { Refusal } from '../../otp/refusal.ts'
import { identifiedErrorResponses } from '../errorResponses.ts'
import { BODY_PROBLEMS } from '../problems.ts'
import { applicationIdOf, OTP, unknownApplication } from './endpoint.ts'
import { gatherParameters } from './gatherParameters.ts'
import type { OtpDependencies } from './otpRoutes.ts'
import { permitSender } from './permitSender.ts'
import { readApplication, readChanges } from './readApplication.ts'
import { renderApplication } from './renderApplication.ts'
import {
  ApplicationAnswer,
  ApplicationListAnswer,
  ApplicationParams,
  CreateApplicationBody,
  EditApplicationQuery,
} from './schema.ts'

/** /2fa/v1/application: how an account's codes look and travel. */
export function applicationRoutes(app: FastifyInstance, dependencies: OtpDependencies): void {
  const { applications } = dependencies
  const one = { ...OTP, params: ApplicationParams }
  const permitSenders = (accountId: string, { sender, caller }: ApplicationWish) => {
    // What cannot be read is refused with the other settings.
    const value = sender === undefined ? undefined : parseSender(sender)?.value
    if (value !== undefined) permitSender(dependencies, { accountId, field: 'sender', value })
    const number = caller === undefined || caller === null ? null : numberOfCaller(parseCaller(caller))
    if (number !== null) permitSender(dependencies, { accountId, field: 'caller', value: number })
  }

  app.get('/2fa/v1/application', {
    schema: {
      ...OTP,
      summary: 'List applications',
      response: { 200: ApplicationListAnswer, ...NONE, ...identifiedErrorResponses() },
    },
    handler: async (request, reply) => {
      const found = await applications.list(principalOf(request).accountId)
      return found.length === 0 ? reply.code(204).send() : found.map(renderApplication)
    },
  })
  app.post<{ Body: CreateApplicationBody }>('/2fa/v1/application', {
    preValidation: gatherParameters(CreateApplicationBody, 'body'),
    schema: {
      ...OTP,
      summary: 'Create an application',
      body: CreateApplicationBody,
      response: { 200: ApplicationAnswer, ...identifiedErrorResponses(...BODY_PROBLEMS) },
    },
    handler: async (request) => {
      const { accountId } = principalOf(request)
      const wish = readApplication(request.body)
      permitSenders(accountId, wish)
      return renderApplication(await applications.create(accountId, wish))
    },
  })
  app.get<{ Params: ApplicationParams }>('/2fa/v1/application/:applicationId', {
    schema: {
      ...one,
      summary: 'Read an application',
      response: { 200: ApplicationAnswer, ...identifiedErrorResponses(404) },
    },
    handler: async (request) => {
      const id = applicationIdOf(request.params.applicationId) ?? unknownApplication()
      const found = await applications.find(principalOf(request).accountId, id)
      return renderApplication(found ?? unknownApplication())
    },
  })
  app.post<{ Params: ApplicationParams; Querystring: EditApplicationQuery }>('/2fa/v1/application/:applicationId', {
    preValidation: gatherParameters(EditApplicationQuery, 'query'),
    schema: {
      ...one,
      summary: 'Edit an application',
      querystring: EditApplicationQuery,
      response: { 200: ApplicationAnswer, ...identifiedErrorResponses(...BODY_PROBLEMS, 404) },
    },
    handler: async (request) => {
      const { accountId } = principalOf(request)
      const id = applicationIdOf(request.params.applicationId) ?? unknownApplication()
      const changes = readChanges(request.query)
      permitSenders(accountId, changes)
      return renderApplication((await applications.edit(accountId, id, changes)) ?? unknownApplication())
    },
  })
  app.delete<{ Params: ApplicationParams }>('/2fa/v1/application/:applicationId', {
    schema: {
      ...one,
      summary: 'Delete an application',
      response: { 200: ApplicationAnswer, ...identifiedErrorResponses(404) },
    },
    handler: async (request) => {
      const id = applicationIdOf(request.params.applicationId) ?? unknownApplication()
      const deleted = await applications.remove(principalOf(request).accountId, id).catch(forbid)
      return renderApplication(deleted ?? unknownApplication())
    },
  })
}

const NONE = { 204: { type: 'null', description: 'There are none' } }

/** There is nothing in the request to be put right: it may never be done. */
function forbid(error: unknown): never {
  if (error instanceof Refusal) throw new Problem(403, error.message, { code: error.code })
  throw error
}
