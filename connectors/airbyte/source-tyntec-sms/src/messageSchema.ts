import { BOOLEAN, INTEGER, objectOf, recordOf, TEXT, TIME } from './schemaTypes.ts'

/**
 * Names and types of the published connector's stream `messages`, so that its tables fit, and what Heliograph adds:
 * channel, state, converted, updatedDate. A part has `sendDate` or `sentDate`, by the age of the API.
 */
export const messageSchema = recordOf({
  requestId: TEXT,
  status: TEXT,
  from: TEXT,
  to: TEXT,
  reference: TEXT,
  size: INTEGER,
  overallPrice: TEXT,
  priceEffective: TIME,
  mccmnc: TEXT,
  ttid: TEXT,
  submitDate: TIME,
  sentDate: TEXT,
  doneDate: TEXT,
  errorCode: TEXT,
  errorReason: TEXT,
  href: TEXT,
  parts: {
    type: ['null', 'array'],
    items: objectOf({
      partId: TEXT,
      deliveryState: TEXT,
      errorCode: TEXT,
      statusText: TEXT,
      price: TEXT,
      currency: TEXT,
      priceEffective: TIME,
      sendDate: TEXT,
      sentDate: TEXT,
      doneDate: TEXT,
    }),
  },
  channel: TEXT,
  state: TEXT,
  converted: BOOLEAN,
  updatedDate: TIME,
})
