import { Type } from 'typebox'

const nullable = (description: string) => Type.Union([Type.String({ description }), Type.Null()])

/** What a received message is in a list; the names are those of the call that told of it. */
export const ListedInbound = Type.Object({
  requestId: Type.String({ description: 'The same as in the call of your URL' }),
  from: Type.String({ description: 'The handset' }),
  to: Type.String({ description: 'Your number' }),
  message: Type.String({ description: 'The text with <...> at each gap, or hex where it is no text' }),
  binary: Type.Boolean({ description: 'True: `message` is hex' }),
  originMCC: nullable('Country of the network of the handset, where it is known'),
  originMNC: nullable('Network of the handset, where it is known'),
  size: Type.Integer({ description: 'Number of parts, missing ones included' }),
  missingParts: Type.Boolean({ description: 'True: it was forwarded before all parts were there' }),
  receivedDate: Type.String({ description: 'When the first part came' }),
  recordedDate: Type.String({ description: 'When all was there, or no more was waited for' }),
})

export const ExplainedInbound = Type.Object(
  {
    ...ListedInbound.properties,
    parts: Type.Array(
      Type.Object({
        msgId: Type.String(),
        sequenceNumber: Type.Integer(),
        message: Type.String({ description: 'What this part says by itself' }),
        binary: Type.Boolean(),
        carrier: Type.String(),
        dataCoding: Type.Integer({ description: 'data_coding as the carrier sent it' }),
        receivedDate: Type.String(),
        late: Type.Boolean({ description: 'True: it came after its message had been forwarded without it' }),
      }),
    ),
  },
  { additionalProperties: true, description: 'The message with its parts and the calls of your URL' },
)

export const ListedOptOut = Type.Object({
  id: Type.String(),
  number: Type.String({ description: 'Who wrote' }),
  sender: Type.String({ description: 'Your number' }),
  state: Type.Enum(['out', 'in'], { description: 'out: wants no more messages from that number' }),
  keyword: Type.String(),
  requestId: Type.String({ description: 'The inbound message with the keyword' }),
  date: Type.String(),
})
