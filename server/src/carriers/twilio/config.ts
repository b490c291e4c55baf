import { type Static, Type } from 'typebox'

/** One voice carrier as an operator writes it; everything but id, type, accountSid, authToken and from has a default. */
export type TwilioCarrierConfig = Static<typeof TwilioCarrierConfig>
export const TwilioCarrierConfig = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 64 }),
    type: Type.Literal('twilio'),
    accountSid: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', expected: 'letters and digits, as in "AC0123…"' }),
    /** Also what status callbacks are signed with. */
    authToken: Type.String({ minLength: 1, maxLength: 128 }),
    /** The caller where a message names none: a number of the account, or one that it may show. */
    from: Type.String({ pattern: '^\\+[1-9][0-9]{5,14}$', expected: 'a number such as "+4930123456"' }),
    /** Where the API is, without /2010-04-01. */
    baseUrl: Type.Optional(
      Type.String({
        pattern: '^https?://[^\\s?#]+$',
        maxLength: 2_048,
        expected: 'a URL of http or https without a query',
        default: 'https://api.twilio.com',
      }),
    ),
    /** Calls per second; 0: as fast as `concurrency` allows. New accounts are queued beyond one a second. */
    throughput: Type.Optional(Type.Number({ minimum: 0, default: 1 })),
    /** Open requests for calls, not calls. */
    concurrency: Type.Optional(Type.Integer({ minimum: 1, maximum: 256, default: 10 })),
    /** For how long a phone rings before it counts as not answered. */
    ringSeconds: Type.Optional(Type.Integer({ minimum: 5, maximum: 600, default: 30 })),
    /** Own voices by language, over the table in voices.ts. */
    voices: Type.Optional(
      Type.Array(
        Type.Object(
          {
            language: Type.String({ pattern: '^[a-z]{2}$', expected: 'two letters of ISO 639-1, as in "de"' }),
            /** `language` and `voice` of <Say>. */
            locale: Type.String({ pattern: '^[A-Za-z0-9-]{2,20}$', expected: 'a locale, as in "de-AT"' }),
            voice: Type.String({ pattern: '^[A-Za-z0-9._-]{1,100}$', expected: 'a voice, as in "Polly.Vicki"' }),
          },
          { additionalProperties: false },
        ),
        { maxItems: 200 },
      ),
    ),
    /**
     * What happens to a call that was asked for and whose answer never came. Held by default: a phone that rings again
     * and again disturbs and costs more than a code that is asked for once more.
     */
    onDoubt: Type.Optional(Type.Union([Type.Literal('resend'), Type.Literal('hold')], { default: 'hold' })),
    requestTimeoutMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 60_000, default: 10_000 })),
    /** How often the account is looked at, so that wrong credentials show before the first call. */
    probeMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 3_600_000, default: 60_000 })),
    /** First wait before an account that could not be reached is tried again; doubles up to the largest, with jitter. */
    reconnectMsMin: Type.Optional(Type.Integer({ minimum: 10, maximum: 600_000, default: 500 })),
    reconnectMsMax: Type.Optional(Type.Integer({ minimum: 10, maximum: 600_000, default: 30_000 })),
  },
  { additionalProperties: false },
)
