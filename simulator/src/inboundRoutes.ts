import type { FastifyInstance } from 'fastify'
import { describeRoute } from './describeRoute.ts'
import { type Inbound, PARTS_MAX } from './inbound.ts'
import { ObjectReader } from './objectReader.ts'
import { Problem, refuseViolations } from './problem.ts'
import type { Smsc } from './smsc.ts'

/** Lets a handset write to somebody who is bound to the SMSC. */
export function inboundRoutes(app: FastifyInstance, smsc: Pick<Smsc, 'sendInbound'>): void {
  app.post(
    '/inbound',
    { schema: describeRoute('Send an SMS from a handset', [202, 400, 409], inboundSchema) },
    (request, reply) => {
      const sent = smsc.sendInbound(readInbound(request.body))
      switch (sent.kind) {
        case 'sent':
          return reply.code(202).send({ systemId: sent.systemId, parts: sent.parts })
        case 'bad order':
          return refuseViolations([{ field: 'order', message: `may only name parts 1 to ${sent.parts} of this text` }])
        case 'too long':
          return refuseViolations([{ field: 'text', message: `needs ${sent.parts} parts; ${PARTS_MAX} are possible` }])
        case 'no receiver':
          throw new Problem(409, 'Nobody has bound to the simulator as a receiver or transceiver yet.')
        case 'queue full':
          throw new Problem(503, 'Too many messages wait to be taken by that receiver.')
        default:
          return sent satisfies never
      }
    },
  )
}

function readInbound(body: unknown): Inbound {
  const reader = new ObjectReader(body).allowOnly('from', 'to', 'text', 'systemId', 'order', 'reference')
  const inbound: Inbound = {
    from: readAddress(reader, 'from'),
    to: readAddress(reader, 'to'),
    text: reader.text('text', { lengthMax: TEXT_LENGTH_MAX }),
    systemId: reader.has('systemId') ? reader.text('systemId', { lengthMax: 15 }) : null,
    order: reader.has('order') ? reader.integers('order', { min: 1, max: PARTS_MAX, itemsMax: 2 * PARTS_MAX }) : null,
    reference: reader.has('reference') ? reader.integer('reference', { min: 0, max: REFERENCE_MAX }) : null,
  }
  if (reader.violations.length > 0) refuseViolations(reader.violations)
  return inbound
}

/** An address in SMPP has room for 20 octets. */
function readAddress(reader: ObjectReader, name: string): string {
  const address = reader.text(name, { lengthMax: 21 })
  if (address !== '' && !/^(\+\d{1,20}|[\x20-\x7e]{1,20})$/.test(address)) {
    reader.refuse(name, 'must be a number or a name of at most 20 ASCII characters')
  }
  return address
}

const TEXT_LENGTH_MAX = 40_000
const REFERENCE_MAX = 65_535

const inboundSchema = {
  type: 'object',
  required: ['from', 'to', 'text'],
  properties: {
    from: { type: 'string', description: 'Number of the handset' },
    to: { type: 'string', description: 'Your number' },
    text: { type: 'string' },
    systemId: { type: 'string', description: 'Whose bind to use; left out: the one bound last' },
    order: {
      type: 'array',
      items: { type: 'integer' },
      description: 'Which parts of a long text to send, and in which order: [2, 1] swaps them, [1] loses the second',
    },
    reference: { type: 'integer', description: 'Joins the parts of a long text; name one to send lost parts later' },
  },
  examples: [{ from: '+4915112345678', to: '+4915199999999', text: 'Hello' }],
}
