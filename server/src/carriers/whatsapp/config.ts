import { type Static, Type } from 'typebox'

/**
 * One WhatsApp number as an operator writes it; everything but id, type, phoneNumberId, number, accessToken, appSecret
 * and verifyToken has a default.
 */
export type WhatsAppCarrierConfig = Static<typeof WhatsAppCarrierConfig>
export const WhatsAppCarrierConfig = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 64 }),
    type: Type.Literal('whatsapp'),
    /** Meta's id of the number, which its API and its webhooks go by. */
    phoneNumberId: Type.String({ pattern: '^[0-9]{1,32}$', expected: 'digits, as in "106540352242922"' }),
    /** The number itself: the sender that customers name. */
    number: Type.String({ pattern: '^\\+[1-9][0-9]{5,14}$', expected: 'a number such as "+4930123456"' }),
    /** Of a system user, so that it does not expire. */
    accessToken: Type.String({
      pattern: '^[\\x21-\\x7e]{1,1024}$',
      expected: 'an access token, without spaces',
    }),
    /** Of the Meta app; what webhooks are signed with. */
    appSecret: Type.String({ minLength: 1, maxLength: 128 }),
    /** What Meta must say when the webhook is set up there; any text of your choice. */
    verifyToken: Type.String({ minLength: 1, maxLength: 256 }),
    /** Accounts that may send from the number and receive what is sent to it; left out: all. */
    accounts: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: 1_000 })),
    /** Where the API is, without its version. */
    baseUrl: Type.Optional(
      Type.String({
        pattern: '^https?://[^\\s?#]+$',
        maxLength: 2_048,
        expected: 'a URL of http or https without a query',
        default: 'https://graph.facebook.com',
      }),
    ),
    apiVersion: Type.Optional(
      Type.String({
        pattern: '^v[1-9][0-9]{0,2}\\.[0-9]{1,2}$',
        expected: 'a version such as "v23.0"',
        default: 'v23.0',
      }),
    ),
    /** Hosts that received media may be fetched from, besides that of `baseUrl`; always over TLS. */
    mediaHosts: Type.Optional(
      Type.Array(
        Type.String({ pattern: '^[a-z0-9.-]{1,253}(:[0-9]{1,5})?$', expected: 'a host such as "lookaside.fbsbx.com"' }),
        {
          maxItems: 16,
          default: ['lookaside.fbsbx.com'],
        },
      ),
    ),
    /** The language of templates that are sent without one. */
    templateLanguage: Type.Optional(
      Type.String({ pattern: '^[A-Za-z_]{2,16}$', expected: 'a language such as "en" or "pt_BR"', default: 'en' }),
    ),
    /** Messages per second; 0: as fast as `concurrency` allows. Meta gives 80 to a number, and up to 1,000 later. */
    throughput: Type.Optional(Type.Number({ minimum: 0, default: 80 })),
    /** Open requests for messages. */
    concurrency: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_024, default: 50 })),
    /**
     * What happens to a message that was handed over and whose answer never came. Held by default: the next channel of
     * the chain takes over when no receipt comes.
     */
    onDoubt: Type.Optional(Type.Union([Type.Literal('resend'), Type.Literal('hold')], { default: 'hold' })),
    requestTimeoutMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 120_000, default: 20_000 })),
    /** For one file to go up or come down. */
    mediaTimeoutMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 600_000, default: 120_000 })),
    /** The largest file that is fetched; what is larger is not kept. */
    mediaBytesMax: Type.Optional(Type.Integer({ minimum: 1, maximum: 104_857_600, default: 16_777_216 })),
    /** How often the number is looked at, so that a wrong token shows before the first message. */
    probeMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 3_600_000, default: 60_000 })),
    /** First wait before an API that could not be reached is tried again; doubles up to the largest, with jitter. */
    reconnectMsMin: Type.Optional(Type.Integer({ minimum: 10, maximum: 600_000, default: 500 })),
    reconnectMsMax: Type.Optional(Type.Integer({ minimum: 10, maximum: 600_000, default: 30_000 })),
  },
  { additionalProperties: false },
)
