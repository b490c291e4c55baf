/**
 * Where a request to register numbers stands. LOA_PENDING and LOA_READY are the vendor's; it publishes no others, so
 * the rest of the way is ours.
 */
export const PROVISIONING_STATUSES = ['LOA_PENDING', 'LOA_READY', 'PROVISIONED', 'REJECTED', 'DEPROVISIONED'] as const
export type ProvisioningStatus = (typeof PROVISIONING_STATUSES)[number]

/** Where a request may go from each status. None: it is over. */
const MOVES: Readonly<Record<ProvisioningStatus, readonly ProvisioningStatus[]>> = {
  // The letter of authorization is out and not back yet.
  LOA_PENDING: ['LOA_READY', 'REJECTED'],
  // It is signed; the numbers are being connected.
  LOA_READY: ['PROVISIONED', 'REJECTED'],
  // The numbers are ready.
  PROVISIONED: ['DEPROVISIONED'],
  REJECTED: [],
  DEPROVISIONED: [],
}

export function mayMove(from: ProvisioningStatus, to: ProvisioningStatus): boolean {
  return MOVES[from].includes(to)
}

export function movesFrom(status: ProvisioningStatus): readonly ProvisioningStatus[] {
  return MOVES[status]
}

/** Statuses of requests that hold on to their numbers and their contact, for SQL. */
export const OPEN_STATUSES = "'LOA_PENDING', 'LOA_READY', 'PROVISIONED'"

/** Where the letter of authorization is: with the contact, or signed. A request refused meanwhile leaves it as it was. */
export type LoaStatus = 'sent' | 'Completed'

export function loaStatusAfter(status: ProvisioningStatus, before: LoaStatus): LoaStatus {
  return status === 'LOA_READY' ? 'Completed' : before
}

export function isProvisioningStatus(text: string): text is ProvisioningStatus {
  return PROVISIONING_STATUSES.some((status) => status === text)
}
