import { explainText } from '@heliograph/text/explainText'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { isStorableText } from '../../db/storableText.ts'
import { type AuthenticateDependencies, authenticate } from '../../http/authenticate.ts'
import { constraintViolation } from '../../http/problem.ts'
import { BODY_PROBLEMS, problems } from '../problems.ts'
import { SendSmsBody } from '../sms/schema.ts'

const { message, encoding, trate, mrate, upperCased, keepEmojis } = SendSmsBody.properties
const Body = Type.Object({ message, encoding, trate, mrate, upperCased, keepEmojis })

const Explanation = Type.Object(
  {},
  {
    additionalProperties: true,
    description: 'What was chosen, which characters are at fault, and every other variant',
  },
)

/** POST /api/v1/text: what a text would cost, which characters make it expensive, and what each variant would change. */
export function explainTextRoute(app: FastifyInstance, dependencies: AuthenticateDependencies): void {
  app.post<{ Body: Static<typeof Body> }>('/api/v1/text', {
    onRequest: authenticate(dependencies, 'messages'),
    schema: {
      tags: ['Own'],
      summary: 'Explain a text',
      security: [{ apikey: [] }],
      body: Body,
      response: { 200: Explanation, ...problems(...BODY_PROBLEMS) },
    },
    handler: (request, reply) => {
      const { message: text, ...options } = request.body
      if (!isStorableText(text)) {
        throw constraintViolation([{ field: 'message', message: 'must not contain NUL or unpaired surrogates' }])
      }
      reply.send(explainText(text, options))
    },
  })
}
