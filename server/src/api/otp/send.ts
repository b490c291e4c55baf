import type { FastifyInstance } from 'fastify'
import { principalOf } from '../../http/authenticate.ts'
import { Problem } from '../../http/problem.ts'
import { channelFor } from '../../otp/channelFor.ts'
import { refusalCodes } from '../../otp/refusal.ts'
import { shownAs } from '../../otp/shownAs.ts'
import { identifiedErrorResponses } from '../errorResponses.ts'
import { BODY_PROBLEMS } from '../problems.ts'
import { applicationIdOf, idOf, OTP, unknownApplication, unknownOtp } from './endpoint.ts'
import { gatherParameters } from './gatherParameters.ts'
import { judgeByApplication, judgeCountry } from './judgeByApplication.ts'
import { asProblem } from './notNow.ts'
import type { OtpDependencies } from './otpRoutes.ts'
import { permitShown } from './permitSender.ts'
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
      const { number, via, sender, caller } = wish
      const sending = { channel: channelFor(via, number), sender: sender?.value ?? null, caller }
      permitShown(dependencies, accountId, shownAs(sending, application))
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
      const id = idOf(request.params.otpId) ?? unknownOtp()
      const result = await otps.resend({
        ...delivery,
        accountId,
        id,
        judge({ number, application, shown }) {
          judgeCountry(number, application)
          permitShown(dependencies, accountId, shown)
        },
      })
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
