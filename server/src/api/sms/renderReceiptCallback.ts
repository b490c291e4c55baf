import type { MessageView } from '../../messages/message.ts'
import { renderMessage } from './renderMessage.ts'

/** What a delivery receipt callback sends: where, how, and what. */
export interface ReceiptCallback {
  readonly url: string
  readonly method: 'POST' | 'GET'
  readonly body: string | null // null: the query of the URL says it all
}

/**
 * The callback a final message owes its sender: POST has the message as JSON, GET the flat fields that are known as
 * query parameters behind those the customer's URL has already. Null: the customer asked for none.
 */
export function renderReceiptCallback(view: MessageView, baseUrl: string): ReceiptCallback | null {
  const { callbackUrl, callbackMethod } = view.message
  if (callbackUrl === null) return null
  const message = renderMessage(view, baseUrl)
  if (callbackMethod === 'POST') return { url: callbackUrl, method: 'POST', body: JSON.stringify(message) }
  const url = new URL(callbackUrl)
  for (const [name, value] of Object.entries(message)) {
    if (typeof value === 'string' || typeof value === 'number') url.searchParams.append(name, String(value))
  }
  return { url: url.href, method: 'GET', body: null }
}
