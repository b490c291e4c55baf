import type { ConnectorSpecification } from '@heliograph/airbyte-protocol/source'

export const LOOKBACK_MINUTES_MAX = 576_000 // 400 days, as long as Twilio keeps messages.
export const WORKERS_MAX = 40
export const WORKERS_DEFAULT = 3
export const START_DATE = '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$'

/** The first four fields are those of the connector that this one can take the place of; the others may be left out. */
export const specification: ConnectorSpecification = {
  documentationUrl: 'https://docs.airbyte.com/integrations/sources/twilio',
  supportsIncremental: true,
  supported_destination_sync_modes: ['append', 'overwrite', 'append_dedup'],
  connectionSpecification: {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Twilio Spec',
    type: 'object',
    required: ['account_sid', 'auth_token', 'start_date'],
    additionalProperties: true,
    properties: {
      account_sid: {
        type: 'string',
        title: 'Account ID',
        description: 'The account SID (AC…), or the SID of an API key (SK…) of it.',
        airbyte_secret: true,
        order: 1,
      },
      auth_token: {
        type: 'string',
        title: 'Auth Token',
        description: "The account's auth token. If an API key is used: the key's secret.",
        airbyte_secret: true,
        order: 2,
      },
      start_date: {
        type: 'string',
        title: 'Replication Start Date',
        description: 'UTC date and time. Older records are not read by the incremental streams.',
        format: 'date-time',
        pattern: START_DATE,
        examples: ['2020-10-01T00:00:00Z'],
        order: 3,
      },
      lookback_window: {
        type: 'integer',
        title: 'Lookback window',
        description:
          'How many minutes before the last sync to read again. Twilio cannot tell which records changed: the final ' +
          'status and price of a message arrive minutes to hours after it was sent.',
        default: 0,
        minimum: 0,
        maximum: LOOKBACK_MINUTES_MAX,
        examples: [60],
        order: 4,
      },
      api_key_sid: {
        type: 'string',
        title: 'API Key SID',
        description: 'Log in with this API key (SK…) instead of the auth token; Auth Token is its secret then.',
        pattern: '^SK',
        order: 5,
      },
      sync_subaccounts: {
        type: 'boolean',
        title: 'Read subaccounts',
        description: 'API keys can read their own account only: switch this off for them.',
        default: true,
        order: 6,
      },
      include_auth_tokens: {
        type: 'boolean',
        title: 'Include auth tokens',
        description: 'Twilio shows the auth token of every account in the stream accounts. By default it is masked.',
        default: false,
        order: 7,
      },
      num_workers: {
        type: 'integer',
        title: 'Number of workers',
        description: 'How many requests to send at once.',
        default: WORKERS_DEFAULT,
        minimum: 1,
        maximum: WORKERS_MAX,
        order: 8,
      },
      slice_step_duration: {
        type: 'string',
        title: 'Slice step',
        description: 'How much time one request series of an incremental stream covers. Series are read in parallel.',
        enum: ['P1D', 'P1W', 'P1M', 'P1Y'],
        default: 'P1M',
        order: 9,
      },
      base_url: {
        type: 'string',
        title: 'Base URL',
        description:
          "Read from here instead of Twilio. All of Twilio's hosts are below it by their names: api.twilio.com is " +
          '{base URL}/api, monitor.twilio.com is {base URL}/monitor and so on.',
        examples: ['http://127.0.0.1:9300'],
        order: 10,
      },
    },
  },
}
