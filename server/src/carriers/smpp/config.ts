import { type Static, Type } from 'typebox'

/** One SMPP carrier as an operator writes it; everything but id, type, host, systemId and password has a default. */
export type SmppCarrierConfig = Static<typeof SmppCarrierConfig>
export const SmppCarrierConfig = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 64 }),
    type: Type.Literal('smpp'),
    host: Type.String({ minLength: 1 }),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65535, default: 2775 })),
    tls: Type.Optional(
      Type.Union([
        Type.Boolean(),
        Type.Object(
          {
            /** Name the certificate must carry; the host by default. */
            servername: Type.Optional(Type.String({ minLength: 1 })),
            /** PEM files, read at every bind so that a renewed certificate needs no restart. */
            caFile: Type.Optional(Type.String({ minLength: 1 })),
            certFile: Type.Optional(Type.String({ minLength: 1 })),
            keyFile: Type.Optional(Type.String({ minLength: 1 })),
            /** false accepts any certificate: only for an SMSC reached through a network of your own. */
            rejectUnauthorized: Type.Optional(Type.Boolean({ default: true })),
          },
          { additionalProperties: false },
        ),
      ]),
    ),
    /** SMPP 3.4 allows 15 and 8 characters (§5.2.1, §5.2.2), but there are SMSCs that give out longer ones. */
    systemId: Type.String({ minLength: 1, maxLength: 63 }),
    password: Type.String({ maxLength: 63 }),
    systemType: Type.Optional(Type.String({ maxLength: 12, default: '' })),
    bindType: Type.Optional(
      Type.Union([Type.Literal('transceiver'), Type.Literal('transmitter+receiver')], { default: 'transceiver' }),
    ),
    /** Parallel binds; with 'transmitter+receiver' that many of each. */
    binds: Type.Optional(Type.Integer({ minimum: 1, maximum: 64, default: 1 })),
    /** Open submit_sm per bind. */
    window: Type.Optional(Type.Integer({ minimum: 1, maximum: 4096, default: 100 })),
    /** Segments per second over all binds; 0: as fast as the window allows. */
    throughput: Type.Optional(Type.Number({ minimum: 0, default: 0 })),
    /** What happens to a segment whose submit went out and whose answer never came. */
    onDoubt: Type.Optional(Type.Union([Type.Literal('resend'), Type.Literal('hold')], { default: 'resend' })),
    /** How segments of one message say that they belong together; 'payload' is 'udh' carried in message_payload. */
    concatenation: Type.Optional(
      Type.Union([Type.Literal('udh'), Type.Literal('sar'), Type.Literal('payload')], { default: 'udh' }),
    ),
    receiptIds: Type.Optional(
      Type.Object(
        {
          /** How ids are written in the text of a receipt. */
          format: Type.Optional(messageIdFormat()),
          /** How ids are written in submit_sm_resp and in the receipted_message_id TLV. */
          responseFormat: Type.Optional(messageIdFormat()),
        },
        { additionalProperties: false },
      ),
    ),
    /**
     * true: a deliver_sm that is not marked as a receipt but has the whole text form of one counts as one. Some SMSCs
     * need it; it also lets a handset that guesses a message id write a receipt, so turn it off where it is not needed.
     */
    unmarkedReceipts: Type.Optional(Type.Boolean({ default: true })),
    /** Minutes that the dates in the SMSC's receipts are ahead of UTC. */
    receiptUtcOffsetMinutes: Type.Optional(Type.Integer({ minimum: -900, maximum: 900, default: 0 })),
    responseTimeoutMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 600_000, default: 30_000 })),
    bindTimeoutMs: Type.Optional(Type.Integer({ minimum: 100, maximum: 60_000, default: 5_000 })),
    enquireLinkMs: Type.Optional(Type.Integer({ minimum: 1_000, maximum: 3_600_000, default: 30_000 })),
    /** First wait before a lost bind is tried again; doubles up to the largest, with jitter. */
    reconnectMsMin: Type.Optional(Type.Integer({ minimum: 10, maximum: 600_000, default: 500 })),
    reconnectMsMax: Type.Optional(Type.Integer({ minimum: 10, maximum: 600_000, default: 30_000 })),
    /** data_coding of segments in the GSM alphabet; the octets stay GSM 03.38. */
    dataCodingGsm7: Type.Optional(Type.Integer({ minimum: 0, maximum: 255, default: 0 })),
    /** How the SMSC writes the GSM alphabet of inbound messages: one septet an octet, or packed as on the air. */
    inboundGsm7: Type.Optional(Type.Union([Type.Literal('unpacked'), Type.Literal('packed')], { default: 'unpacked' })),
    serviceType: Type.Optional(Type.String({ maxLength: 5, default: '' })),
    addressRange: Type.Optional(Type.String({ maxLength: 40, default: '' })),
    priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 3, default: 0 })),
    /** TON and NPI where the SMSC wants others than the usual ones of this kind of address. */
    addresses: Type.Optional(
      Type.Object(
        {
          number: Type.Optional(tonNpi()),
          shortCode: Type.Optional(tonNpi()),
          alphanumeric: Type.Optional(tonNpi()),
          destination: Type.Optional(tonNpi()),
        },
        { additionalProperties: false },
      ),
    ),
    /** Own advice for command_status values of submit_sm_resp, over the table in refusals.ts. */
    errors: Type.Optional(
      Type.Array(
        Type.Object(
          {
            code: Type.Integer({ minimum: 1, maximum: 0xffffffff }),
            retry: Type.Union([
              Type.Literal('never'),
              Type.Literal('same carrier later'),
              Type.Literal('next carrier'),
            ]),
            reason: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
          },
          { additionalProperties: false },
        ),
        { maxItems: 1000 },
      ),
    ),
  },
  { additionalProperties: false },
)

function messageIdFormat() {
  return Type.Union([Type.Literal('auto'), Type.Literal('decimal'), Type.Literal('hex'), Type.Literal('text')], {
    default: 'auto',
  })
}

function tonNpi() {
  return Type.Object(
    { ton: Type.Integer({ minimum: 0, maximum: 255 }), npi: Type.Integer({ minimum: 0, maximum: 255 }) },
    { additionalProperties: false },
  )
}
