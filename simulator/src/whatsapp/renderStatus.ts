import { createHash } from 'node:crypto'
import type { PlannedStatus } from './chatPlan.ts'
import { describeError } from './metaErrors.ts'
import type { SentChat } from './whatsAppCloud.ts'

/** One entry of a notification's `statuses`. */
export function renderStatus(
  { id, business, order }: SentChat,
  { status, code, at }: Pick<PlannedStatus, 'status' | 'code'> & { readonly at: number },
): object {
  const category = order.type === 'template' ? 'utility' : 'service'
  const conversation = createHash('sha256').update(`${business.number} ${order.to}`).digest('hex').slice(0, 32)
  return {
    id,
    status,
    timestamp: String(Math.floor(at / 1_000)),
    recipient_id: order.to,
    ...(order.callbackData === null ? {} : { biz_opaque_callback_data: order.callbackData }),
    ...(code === null
      ? {
          conversation: { id: conversation, origin: { type: category } },
          pricing: { billable: order.type === 'template', pricing_model: 'PMP', category },
        }
      : { errors: [renderError(code)] }),
  }
}

/** An error as notifications have it, where it is no refusal of a request. */
export function renderError(code: number): object {
  const { title } = describeError(code)
  return {
    code,
    title,
    message: title,
    error_data: { details: DETAILS[code] ?? title },
    href: 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/',
  }
}

const DETAILS: Readonly<Record<number, string>> = {
  131026: 'The number is not on WhatsApp, or its owner cannot get this message.',
  131047: 'More than 24 hours have passed since the recipient last wrote to this number.',
  131049: 'This recipient gets no more marketing messages for now.',
  131051: 'This kind of message is not supported.',
  131053: 'The file could not be fetched from its link.',
}
