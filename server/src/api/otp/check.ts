import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { isStorableText } from '../../db/storableText.ts'
import { principalOf } from '../../http/authenticate.ts'
import { Problem } from '../../http/problem.ts'
import { refusalCodes } from '../../otp/refusal.ts'
import { IdentifiedErrorResponse, identifiedErrorResponses } from '../errorResponses.ts'
import { BODY_PROBLEMS } from '../problems.ts'
import { idOf, OTP, unknownOtp } from './endpoint.ts'
import { gatherParameters } from './gatherParameters.ts'
import { asProblem } from './notNow.ts'
import type { OtpDependencies } from './otpRoutes.ts'
import { renderOtp } from './renderOtp.ts'
import { CheckOtpQuery, OtpParams, OtpStatusEntity } from './schema.ts'

/** POST /2fa/v1/otp/{otpId}/check: whether this is the code. The status says it; the body is the OTP in every case. */
export function checkRoute(app: FastifyInstance, { otps }: Pick<OtpDependencies, 'otps'>): void {
  app.post<{ Params: OtpParams; Querystring: CheckOtpQuery }>('/2fa/v1/otp/:otpId/check', {
    preValidation: gatherParameters(CheckOtpQuery, 'query'),
    schema: {
      ...OTP,
      summary: 'Check an OTP',
      params: OtpParams,
      querystring: CheckOtpQuery,
      response: { ...identifiedErrorResponses(...BODY_PROBLEMS, 404), ...ANSWERS },
    },
    handler: async (request, reply) => {
      const { otpCode: code } = request.query
      if (!isStorableText(code)) {
        throw new Problem(400, 'otpCode: must not contain NUL or unpaired surrogates', { code: refusalCodes.otpCode })
      }
      const id = idOf(request.params.otpId) ?? unknownOtp()
      const result = await otps.check({ accountId: principalOf(request).accountId, id, code })
      switch (result.kind) {
        case 'verified':
          return reply.code(202).send(renderOtp(result.otp))
        case 'wrong':
          return reply.code(401).send(renderOtp(result.otp))
        case 'refused':
          return reply.code(403).send(renderOtp(result.otp))
        case 'over':
          return reply.code(410).send(renderOtp(result.otp))
        case 'unknown':
          return unknownOtp()
        case 'limited':
        case 'busy':
          throw asProblem(result)
      }
    },
  })
}

/** A missing and a wrong key are refused with the statuses that a wrong code and a late one have. */
const otpOrError = (description: string) => Type.Union([OtpStatusEntity, IdentifiedErrorResponse], { description })
const ANSWERS = {
  202: { description: 'This is the code, and nobody gave it before', ...OtpStatusEntity },
  401: otpOrError('This is not the code; or, with an ErrorResponse, no API key was sent'),
  403: otpOrError('The OTP is over, and this is the first check to find out; or the API key may not do this'),
  410: { description: 'The OTP was over before; the code was not looked at', ...OtpStatusEntity },
}
