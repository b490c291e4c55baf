import type { SmppCarrierConfig } from './config.ts'

/** A carrier's configuration with nothing left to default. */
export type SmppSettings = ReturnType<typeof smppSettings>

export function smppSettings(config: SmppCarrierConfig) {
  return {
    id: config.id,
    host: config.host,
    port: config.port ?? 2775,
    tls: config.tls ?? false,
    systemId: config.systemId,
    password: config.password,
    systemType: config.systemType ?? '',
    bindType: config.bindType ?? 'transceiver',
    binds: config.binds ?? 1,
    window: config.window ?? 100,
    throughput: config.throughput ?? 0,
    onDoubt: config.onDoubt ?? 'resend',
    concatenation: config.concatenation ?? 'udh',
    receiptIdFormat: config.receiptIds?.format ?? 'auto',
    responseIdFormat: config.receiptIds?.responseFormat ?? 'auto',
    unmarkedReceipts: config.unmarkedReceipts ?? true,
    receiptUtcOffsetMs: (config.receiptUtcOffsetMinutes ?? 0) * 60_000,
    responseTimeoutMs: config.responseTimeoutMs ?? 30_000,
    bindTimeoutMs: config.bindTimeoutMs ?? 5_000,
    enquireLinkMs: config.enquireLinkMs ?? 30_000,
    reconnectMsMin: config.reconnectMsMin ?? 500,
    reconnectMsMax: Math.max(config.reconnectMsMax ?? 30_000, config.reconnectMsMin ?? 500),
    dataCodingGsm7: config.dataCodingGsm7 ?? 0,
    inboundGsm7: config.inboundGsm7 ?? 'unpacked',
    serviceType: config.serviceType ?? '',
    addressRange: config.addressRange ?? '',
    priority: config.priority ?? 0,
    addresses: config.addresses ?? {},
    errors: config.errors ?? [],
  } as const
}
