/**
 * JSON schemas (draft-07) of the messages this layer writes, by their `type`. Stricter than the protocol's own: what we
 * do not mean to write is not allowed, so that tests notice it.
 */
export const MESSAGE_SCHEMAS = {
  SPEC: message('spec', {
    type: 'object',
    required: ['connectionSpecification', 'documentationUrl', 'protocol_version'],
    properties: {
      protocol_version: { type: 'string' },
      documentationUrl: { type: 'string', pattern: '^https://' },
      changelogUrl: { type: 'string', pattern: '^https://' },
      supportsIncremental: { type: 'boolean' },
      supported_destination_sync_modes: {
        type: 'array',
        items: { enum: ['append', 'overwrite', 'append_dedup'] },
      },
      connectionSpecification: { type: 'object' },
    },
    additionalProperties: false,
  }),
  CONNECTION_STATUS: message('connectionStatus', {
    type: 'object',
    required: ['status'],
    properties: { status: { enum: ['SUCCEEDED', 'FAILED'] }, message: text() },
    additionalProperties: false,
    if: { properties: { status: { const: 'FAILED' } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON schema, nobody awaits it
    then: { required: ['message'] },
  }),
  CATALOG: message('catalog', {
    type: 'object',
    required: ['streams'],
    properties: { streams: { type: 'array', items: catalogStream() } },
    additionalProperties: false,
  }),
  RECORD: message('record', {
    type: 'object',
    required: ['stream', 'data', 'emitted_at'],
    properties: { stream: text(), data: { type: 'object' }, emitted_at: { type: 'integer' } },
    additionalProperties: false,
  }),
  STATE: message('state', {
    type: 'object',
    required: ['type', 'stream', 'sourceStats'],
    properties: {
      type: { const: 'STREAM' },
      stream: {
        type: 'object',
        required: ['stream_descriptor', 'stream_state'],
        properties: { stream_descriptor: descriptor(), stream_state: { type: 'object' } },
        additionalProperties: false,
      },
      sourceStats: {
        type: 'object',
        required: ['recordCount'],
        properties: { recordCount: { type: 'number', minimum: 0 } },
        additionalProperties: false,
      },
    },
    additionalProperties: false,
  }),
  LOG: message('log', {
    type: 'object',
    required: ['level', 'message'],
    properties: { level: { enum: ['ERROR', 'WARN', 'INFO', 'DEBUG'] }, message: { type: 'string' } },
    additionalProperties: false,
  }),
  TRACE: message('trace', {
    type: 'object',
    required: ['type', 'emitted_at'],
    properties: { emitted_at: { type: 'integer' } },
    oneOf: [trace('ERROR', 'error', error()), trace('STREAM_STATUS', 'stream_status', streamStatus())],
  }),
} as const

function message(key: string, payload: object) {
  return {
    type: 'object',
    required: ['type', key],
    properties: { type: { type: 'string' }, [key]: payload },
    additionalProperties: false,
  }
}

function text() {
  return { type: 'string', minLength: 1 }
}

function descriptor() {
  return { type: 'object', required: ['name'], properties: { name: text() }, additionalProperties: false }
}

function catalogStream() {
  return {
    type: 'object',
    required: ['name', 'json_schema', 'supported_sync_modes', 'source_defined_cursor', 'is_resumable'],
    properties: {
      name: text(),
      json_schema: { type: 'object', required: ['properties'] },
      supported_sync_modes: {
        type: 'array',
        minItems: 1,
        uniqueItems: true,
        items: { enum: ['full_refresh', 'incremental'] },
      },
      source_defined_cursor: { type: 'boolean' },
      default_cursor_field: { type: 'array', minItems: 1, items: text() },
      source_defined_primary_key: {
        type: 'array',
        minItems: 1,
        items: { type: 'array', minItems: 1, items: text() },
      },
      is_resumable: { type: 'boolean' },
    },
    additionalProperties: false,
  }
}

function trace(type: string, key: string, payload: object) {
  return {
    required: [key],
    properties: { type: { const: type }, emitted_at: true, [key]: payload },
    additionalProperties: false,
  }
}

function error() {
  return {
    type: 'object',
    required: ['message', 'internal_message', 'failure_type'],
    properties: {
      message: text(),
      internal_message: text(),
      stack_trace: { type: 'string' },
      failure_type: { enum: ['config_error', 'transient_error', 'system_error'] },
      stream_descriptor: descriptor(),
    },
    additionalProperties: false,
  }
}

function streamStatus() {
  return {
    type: 'object',
    required: ['stream_descriptor', 'status'],
    properties: {
      stream_descriptor: descriptor(),
      status: { enum: ['STARTED', 'RUNNING', 'COMPLETE', 'INCOMPLETE'] },
      reasons: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          required: ['type'],
          properties: {
            type: { const: 'RATE_LIMITED' },
            rate_limited: {
              type: 'object',
              required: ['quota_reset'],
              properties: { quota_reset: { type: 'integer' } },
              additionalProperties: false,
            },
          },
          additionalProperties: false,
        },
      },
    },
    additionalProperties: false,
  }
}
