/** A rule: which carrier takes messages like these. A condition that is null fits every message. */
export interface Route {
  readonly carrier: string
  /** The gateway name that a request may ask for. */
  readonly gateway: string | null
  readonly account: string | null
  /** First digits of the recipient's number, without +. */
  readonly prefix: string | null
  readonly mccmnc: string | null
  readonly sender: string | null
  /** The lower goes first. */
  readonly priority: number
}

/** What a route looks at. */
export interface Routed {
  readonly accountId: string
  readonly gateway: string
  readonly sender: string
  readonly recipient: string
  readonly mccmnc: string | null
}

/**
 * The carriers for a message, best first: by priority, then the more specific rule (longer prefix, then more
 * conditions), then the order of the configuration. Routes are found by prefix, so many of them cost little.
 */
export function createRouting(routes: readonly Route[]): (message: Routed) => readonly string[] {
  const ranked = routes
    .map((route, index) => ({ route, index }))
    .sort((a, b) => compare(a.route, b.route) || a.index - b.index)
  if (routes.every(takesEverything)) {
    const carriers = [...new Set(ranked.map(({ route }) => route.carrier))]
    return () => carriers
  }
  const order = new Map(ranked.map(({ route }, rank) => [route, rank]))
  const byPrefix = Map.groupBy(
    ranked.map(({ route }) => route),
    ({ prefix }) => prefix ?? '',
  )
  const lengths = [...new Set([...byPrefix.keys()].map(({ length }) => length))]
  const only = lengths.length === 1 && lengths[0] === 0
  return (message) => {
    const digits = message.recipient.slice(1)
    const candidates = lengths.flatMap((length) => byPrefix.get(digits.slice(0, length)) ?? [])
    const fitting = candidates.filter((route) => fits(route, message))
    if (!only) fitting.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))
    return [...new Set(fitting.map(({ carrier }) => carrier))]
  }
}

function takesEverything({ gateway, account, prefix, mccmnc, sender }: Route): boolean {
  return [gateway, account, prefix, mccmnc, sender].every((condition) => condition === null)
}

function fits(route: Route, message: Routed): boolean {
  return (
    (route.gateway === null || route.gateway === message.gateway) &&
    (route.account === null || route.account === message.accountId) &&
    (route.mccmnc === null || route.mccmnc === message.mccmnc) &&
    (route.sender === null || route.sender === message.sender)
  )
}

function compare(a: Route, b: Route): number {
  return (
    a.priority - b.priority || (b.prefix?.length ?? 0) - (a.prefix?.length ?? 0) || conditionsOf(b) - conditionsOf(a)
  )
}

function conditionsOf({ gateway, account, mccmnc, sender }: Route): number {
  return [gateway, account, mccmnc, sender].filter((condition) => condition !== null).length
}
