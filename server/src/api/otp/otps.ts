import type { FastifyInstance } from 'fastify'
import { principalOf } from '../../http/authenticate.ts'
import { identifiedErrorResponses } from '../errorResponses.ts'
import { idOf, OTP, unknownOtp } from './endpoint.ts'
import { gatherParameters } from './gatherParameters.ts'
import type { OtpDependencies } from './otpRoutes.ts'
import { readNumber } from './readOtp.ts'
import { renderEvent, renderOtp } from './renderOtp.ts'
import { EventListAnswer, ListOtpsQuery, OtpListAnswer, OtpParams, OtpStatusEntity } from './schema.ts'

/** /2fa/v1/otp: reading and deleting what was sent. */
export function otpReadingRoutes(app: FastifyInstance, { otps }: Pick<OtpDependencies, 'otps'>): void {
  const one = { ...OTP, params: OtpParams }
  app.get<{ Querystring: ListOtpsQuery }>('/2fa/v1/otp', {
    preValidation: gatherParameters(ListOtpsQuery, 'query'),
    schema: {
      ...OTP,
      summary: 'List the OTPs of a number',
      querystring: ListOtpsQuery,
      response: { 200: OtpListAnswer, 204: ALL_DELETED, ...identifiedErrorResponses(400, 404) },
    },
    handler: async (request, reply) => {
      const number = readNumber(request.query)
      const found = (await otps.list(principalOf(request).accountId, number)) ?? unknownOtp()
      return found.length === 0 ? reply.code(204).send() : found.map(renderOtp)
    },
  })
  app.get<{ Params: OtpParams }>('/2fa/v1/otp/:otpId', {
    schema: { ...one, summary: 'Read an OTP', response: { 200: OtpStatusEntity, ...identifiedErrorResponses(404) } },
    handler: async (request) => {
      const id = idOf(request.params.otpId) ?? unknownOtp()
      return renderOtp((await otps.read(principalOf(request).accountId, id)) ?? unknownOtp())
    },
  })
  app.delete<{ Params: OtpParams }>('/2fa/v1/otp/:otpId', {
    schema: { ...one, summary: 'Delete an OTP', response: { 200: OtpStatusEntity, ...identifiedErrorResponses(404) } },
    handler: async (request) => {
      const id = idOf(request.params.otpId) ?? unknownOtp()
      return renderOtp((await otps.remove(principalOf(request).accountId, id)) ?? unknownOtp())
    },
  })
  app.get<{ Params: OtpParams }>('/2fa/v1/otp/:otpId/events', {
    schema: {
      ...one,
      summary: 'List the events of an OTP',
      response: { 200: EventListAnswer, ...identifiedErrorResponses(404) },
    },
    handler: async (request) => {
      const id = idOf(request.params.otpId) ?? unknownOtp()
      const events = (await otps.events(principalOf(request).accountId, id)) ?? unknownOtp()
      return events.map(renderEvent)
    },
  })
}

const ALL_DELETED = { type: 'null', description: 'All OTPs that there were for the number are deleted' }
