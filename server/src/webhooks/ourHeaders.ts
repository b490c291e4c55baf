/** Whether calls carry the header already, or HTTP itself lives on it, so that a customer's own must have another name. */
export function isOurHeader(name: string): boolean {
  return OUR_HEADERS.test(name)
}

const OUR_HEADERS =
  /^(webhook-.*|x-signature.*|x-request-timestamp|host|content-.*|user-agent|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect)$/i
