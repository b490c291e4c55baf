import swagger from '@fastify/swagger'
import scalar from '@scalar/fastify-api-reference'
import type { FastifyInstance } from 'fastify'

/** /openapi.json from the routes' own schemas, and a page to read and try them at /docs. Register before any route. */
export async function apiDocs(
  app: FastifyInstance,
  { version, baseUrl }: { version: string; baseUrl: string },
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Heliograph',
        version,
        description:
          'SMS, calls, WhatsApp and one-time codes over your own carriers. Clients of tyntec’s APIs work by changing their base URL.',
      },
      servers: [{ url: baseUrl }],
      components: {
        securitySchemes: {
          apikey: { type: 'apiKey', in: 'header', name: 'apikey' },
          apiKeyInQuery: { type: 'apiKey', in: 'query', name: 'apiKey' },
        },
      },
      tags: [
        { name: 'SMS', description: 'Messaging API v1' },
        { name: 'BYON', description: 'Contacts, requests to register numbers, phone book: BYON API v1' },
        { name: 'Own', description: 'Lists and explanations that only Heliograph has' },
      ],
    },
  })
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
  await app.register(scalar, { routePrefix: '/docs', configuration: { url: '/openapi.json' } })
}
