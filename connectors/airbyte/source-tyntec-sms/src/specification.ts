import type { ConnectorSpecification } from '@heliograph/airbyte-protocol/source'

/** The vendor's host, where no `base_url` is given. */
export const VENDOR_URL = 'https://api.tyntec.com'
/** What a request ID may consist of, so that none can lead to another path. */
export const REQUEST_ID_PATTERN = '^[A-Za-z0-9_-]{1,128}$'
export const START_DATE_PATTERN = '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$'
export const WORKERS_DEFAULT = 3
export const WORKERS_MAX = 40

/**
 * The published connector's config (`api_key`, with `to`, `from` and `message`) is still a good one: the last three are
 * ignored, since nothing is sent.
 */
export const specification: ConnectorSpecification = {
  documentationUrl: 'https://docs.airbyte.com/integrations/sources/tyntec-sms',
  supportsIncremental: true,
  supported_destination_sync_modes: ['overwrite', 'append', 'append_dedup'],
  connectionSpecification: {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Tyntec SMS',
    type: 'object',
    required: ['api_key'],
    additionalProperties: true,
    properties: {
      api_key: {
        type: 'string',
        title: 'API Key',
        description: 'Your tyntec API key, or a Heliograph key with the scopes messages and numbers.',
        minLength: 1,
        airbyte_secret: true,
        order: 0,
      },
      request_ids: {
        type: 'array',
        title: 'Message Request IDs',
        description:
          'The requestIds of the messages whose statuses to read. tyntec needs them for the stream messages; ' +
          'Heliograph lists all messages when there are none.',
        items: { type: 'string', pattern: REQUEST_ID_PATTERN },
        default: [],
        order: 1,
      },
      base_url: {
        type: 'string',
        title: 'Base URL',
        description:
          'Where the API is: the address of your Heliograph, or nothing for tyntec. HTTPS except on this machine.',
        pattern: '^https?://',
        default: VENDOR_URL,
        examples: ['https://sms.example.com'],
        order: 2,
      },
      start_date: {
        type: 'string',
        title: 'Start Date',
        description: 'Messages accepted before this moment (UTC) are left out, where Heliograph lists messages.',
        format: 'date-time',
        pattern: START_DATE_PATTERN,
        examples: ['2026-01-01T00:00:00Z'],
        order: 3,
      },
      num_workers: {
        type: 'integer',
        title: 'Requests at Once',
        description: 'How many statuses are asked for at the same time.',
        minimum: 1,
        maximum: WORKERS_MAX,
        default: WORKERS_DEFAULT,
        order: 4,
      },
    },
  },
}
