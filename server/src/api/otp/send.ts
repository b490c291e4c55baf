import type { FastifyInstance } from 'fastify'
import { principalOf } from '../../http/authenticate.ts'
import { Problem } from '../../http/problem.ts'
import { refusalCodes } from '../../otp/refusal.ts'
import { identifiedErrorResponses } from '../errorResponses.ts'
import { BODY_PROBLEMS } from '../problems.ts'
import { applicationIdOf, idOf, OTP, unknownApplication, unknownOtp } from './endpoint.ts'
import { gatherParameters } from './gatherParameters.ts'
import { judgeByApplication } from './judgeByApplication.ts'
import { asProblem } from './notNow.ts'
import type { OtpDependencies } from './otpRoutes.ts'
import { permitSender } from './permitSender.ts'
import { readDelivery, readSend } from './readOtp.ts'
import { renderOtp } from './renderOtp.ts'
import { OtpParams, OtpStatusEntity, ResendOtpQuery, SendOtpQuery } from './schema.ts'

/** POST /2fa/v1/otp and /2fa/v1/otp/{otpId}: sending a code, and sending it once more. */
export function sendRoutes(app: FastifyInstance, dependencies: OtpDependencies): void {
  const { applications, otps } = dependencies
  app.post<{ Querystring: SendOtpQuery }>('/2fa/v1/otp', {
    preValidation: gatherParameters(SendOtpQuery, 'query'),
    schema: {
      ...OTP,
      summary: 'Send an OTP',
      querystring: SendOtpQuery,
      response: { 200: OtpStatusEntity, ...identifiedErrorResponses(...BODY_PROBLEMS, 404) },
    },
    handler: async (request) => {
      const { accountId } = principalOf(request)
      const wish = readSend(request.query)
      const applicationId = applicationIdOf(request.query.applicationId ?? 'default') ?? unknownApplication()
      const application = (await applications.find(accountId, applicationId)) ?? unknownApplication()
      judgeByApplication(wish, application)
      const { via, sender, caller } = wish
      if (via !== 'voice') {
        permitSender(dependencies, { accountId, field: 'sender', value: sender?.value ?? application.sender })
      }
      const number = caller ?? application.caller
      if (via !== 'sms' && number !== null) permitSender(dependencies, { accountId, field: 'caller', value: number })
      const result = await otps.send({ ...wish, accountId, application })
      if (result.kind === 'sent') return renderOtp(result.otp)
      throw asProblem(result)
    },
  })
  app.post<{ Params: OtpParams; Querystring: ResendOtpQuery }>('/2fa/v1/otp/:otpId', {
    preValidation: gatherParameters(ResendOtpQuery, 'query'),
    schema: {
      ...OTP,
      summary: 'Resend an OTP',
      params: OtpParams,
      querystring: ResendOtpQuery,
      response: { 200: OtpStatusEntity, ...identifiedErrorResponses(...BODY_PROBLEMS, 404) },
    },
    handler: async (request) => {
      const { accountId } = principalOf(request)
      const delivery = readDelivery(request.query)
      const { sender, caller } = delivery
      if (sender !== null) permitSender(dependencies, { accountId, field: 'sender', value: sender.value })
      if (caller !== null) permitSender(dependencies, { accountId, field: 'caller', value: caller })
      const { via } = request.query
      const id = idOf(request.params.otpId) ?? unknownOtp()
      const result = await otps.resend({ ...delivery, via: via === undefined ? null : delivery.via, accountId, id })
      switch (result.kind) {
        case 'resent':
          return renderOtp(result.otp)
        case 'unknown':
          return unknownOtp()
        case 'over':
          throw new Problem(401, 'otpId: this OTP is not valid any more; send a new one', {
            code: refusalCodes.otpOver,
          })
        case 'limited':
        case 'busy':
          throw asProblem(result)
      }
    },
  })
}
