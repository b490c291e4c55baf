import type { FastifyInstance } from 'fastify'
import { principalOf } from '../../http/authenticate.ts'
import { Problem } from '../../http/problem.ts'
import { refusalCodes } from '../../otp/refusal.ts'
import { identifiedErrorResponses } from '../errorResponses.ts'
import { BODY_PROBLEMS } from '../problems.ts'
import { applicationIdOf, OTP, unknownApplication } from './endpoint.ts'
import { gatherParameters } from './gatherParameters.ts'
import type { OtpDependencies } from './otpRoutes.ts'
import { renderApplication } from './renderApplication.ts'
import {
  ApplicationAnswer,
  ApplicationParams,
  DeleteTemplateQuery,
  SavedTemplateAnswer,
  SaveTemplateQuery,
} from './schema.ts'

/** /2fa/v1/application/{applicationId}/language: the wording of an application's messages. */
export function languageRoutes(app: FastifyInstance, { applications }: Pick<OtpDependencies, 'applications'>): void {
  const shared = { ...OTP, params: ApplicationParams }
  app.post<{ Params: ApplicationParams; Querystring: SaveTemplateQuery }>(PATH, {
    preValidation: gatherParameters(SaveTemplateQuery, 'query'),
    schema: {
      ...shared,
      summary: 'Save a language template',
      querystring: SaveTemplateQuery,
      response: { 200: SavedTemplateAnswer, ...identifiedErrorResponses(...BODY_PROBLEMS, 404) },
    },
    handler: async (request) => {
      const id = applicationIdOf(request.params.applicationId) ?? unknownApplication()
      const { language, text, channel } = request.query
      const template = { language, text, channel: readChannel(channel) }
      const saved = await applications.setTemplate(principalOf(request).accountId, id, template)
      const { application, warnings } = saved ?? unknownApplication()
      return { ...renderApplication(application), warnings }
    },
  })
  app.delete<{ Params: ApplicationParams; Querystring: DeleteTemplateQuery }>(PATH, {
    preValidation: gatherParameters(DeleteTemplateQuery, 'query'),
    schema: {
      ...shared,
      summary: 'Delete a language template',
      querystring: DeleteTemplateQuery,
      response: { 200: ApplicationAnswer, ...identifiedErrorResponses(400, 404) },
    },
    handler: async (request) => {
      const id = applicationIdOf(request.params.applicationId) ?? unknownApplication()
      const { language, channel } = request.query
      const key = { language, channel: readChannel(channel) }
      const left = await applications.removeTemplate(principalOf(request).accountId, id, key)
      if (left === 'no such language') {
        throw new Problem(404, 'language: the application has no such template', { code: refusalCodes.templateUnknown })
      }
      return renderApplication(left ?? unknownApplication())
    },
  })
}

const PATH = '/2fa/v1/application/:applicationId/language'

function readChannel(channel: string | undefined): 'sms' | 'voice' | null {
  if (channel === undefined) return null
  switch (channel.toUpperCase()) {
    case 'SMS':
      return 'sms'
    case 'VOICE':
      return 'voice'
    default:
      throw new Problem(400, 'channel: must be SMS or VOICE', { code: refusalCodes.channel })
  }
}
