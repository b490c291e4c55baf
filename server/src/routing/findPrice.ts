/** What one part costs. A condition that is null fits every message. */
export interface Price {
  readonly mccmnc: string | null
  /** First digits of the recipient's number, without +. */
  readonly prefix: string | null
  readonly account: string | null
  /** Decimal text as the operator wrote it: money is never a float. */
  readonly price: string
  /** ISO 4217. */
  readonly currency: string
  /** Epoch ms from which the price holds, until a later one for the same conditions. */
  readonly effectiveAt: number
}

export interface Priced {
  readonly accountId: string
  readonly recipient: string
  readonly mccmnc: string | null
}

/**
 * The price that holds now: the most specific row (account, then MCC/MNC, then the longest prefix), of equal ones the
 * latest that is in effect. Null: no row fits, and the message has no price rather than a wrong one.
 */
export function createPriceList(prices: readonly Price[]): (message: Priced, now: number) => Price | null {
  const ranked = [...prices].sort(
    (a, b) =>
      rank(b.account) - rank(a.account) ||
      rank(b.mccmnc) - rank(a.mccmnc) ||
      (b.prefix?.length ?? 0) - (a.prefix?.length ?? 0) ||
      b.effectiveAt - a.effectiveAt,
  )
  const byNetwork = Map.groupBy(ranked, ({ mccmnc }) => mccmnc)
  const order = new Map(ranked.map((price, index) => [price, index]))
  return (message, now) => {
    let best: Price | null = null
    const networks = message.mccmnc === null ? [null] : [message.mccmnc, null]
    for (const network of networks) {
      const found = byNetwork.get(network)?.find((price) => fits(price, message, now))
      if (found !== undefined && (best === null || (order.get(found) ?? 0) < (order.get(best) ?? 0))) best = found
    }
    return best
  }
}

function rank(condition: string | null): number {
  return condition === null ? 0 : 1
}

function fits({ account, prefix, effectiveAt }: Price, { accountId, recipient }: Priced, now: number): boolean {
  return (
    (account === null || account === accountId) &&
    (prefix === null || recipient.startsWith(prefix, 1)) &&
    effectiveAt <= now
  )
}

/** Exact product of a decimal text and a whole number: ("0.065", 3) → "0.195". */
export function timesParts(price: string, parts: number): string {
  const [whole = '0', fraction = ''] = price.split('.')
  const product = (BigInt(whole + fraction) * BigInt(parts)).toString().padStart(fraction.length + 1, '0')
  return fraction === '' ? product : `${product.slice(0, -fraction.length)}.${product.slice(-fraction.length)}`
}
