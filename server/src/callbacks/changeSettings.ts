import type { Clock } from '../clock.ts'
import type { Database } from '../db/database.ts'
import type { Sealer } from '../sealer.ts'
import {
  CALLBACK_VERSIONS,
  type CallbackScope,
  type CallbackSettings,
  type ShownCallbackSettings,
} from './callbackSettings.ts'
import { numberKey } from './placeKey.ts'
import { sealPlaces } from './sealPlaces.ts'
import { lockSettings, type SettingsKey, type SettingsRecord, updateSettings } from './settingsRows.ts'

/** Writes what is given for the scope and leaves the rest as it is. */
export function changeSettings(
  { db, clock, sealer }: { db: Database; clock: Clock; sealer: Sealer },
  key: SettingsKey,
  settings: Partial<CallbackSettings>,
): Promise<SettingsRecord> {
  return db.write(async (tx) => {
    const before = await lockSettings(tx, key)
    const changed = { ...before, ...columnsOf(settings, key, sealer) }
    // The time of a change never stands still, so that every change is seen.
    const record = { ...changed, updatedAt: Math.max(clock.now(), before.updatedAt + 1) }
    updateSettings(tx, record)
    return record
  })
}

/** Of what is given. */
function columnsOf(
  { callbackVersion, inboundMessageUrl, messageStatusUrl, eventFilter, signature, header }: Partial<CallbackSettings>,
  key: SettingsKey,
  sealer: Sealer,
): Partial<SettingsRecord> {
  return {
    ...(callbackVersion === undefined ? {} : { version: callbackVersion }),
    ...(inboundMessageUrl === undefined ? {} : { inboundUrl: inboundMessageUrl }),
    ...(messageStatusUrl === undefined ? {} : { statusUrl: messageStatusUrl }),
    ...(eventFilter === undefined ? {} : { eventFilter }),
    ...(signature === undefined ? {} : signatureColumns(signature, key, sealer)),
    ...(header === undefined ? {} : headerColumns(header, key, sealer)),
  }
}

function signatureColumns(signature: CallbackSettings['signature'], key: SettingsKey, sealer: Sealer) {
  if (signature === null) return { signatureMethod: null, secret: null }
  return { signatureMethod: signature.method, secret: sealer.seal(signature.secret, sealPlaces.secret(key)) }
}

function headerColumns(header: CallbackSettings['header'], key: SettingsKey, sealer: Sealer) {
  if (header === null) return { headerName: null, headerValue: null }
  return { headerName: header.key, headerValue: sealer.seal(header.value, sealPlaces.headerValue(key)) }
}

/** As the account sees it. */
export function shownSettings(record: SettingsRecord): ShownCallbackSettings {
  const { version, signatureMethod, headerName } = record
  return {
    callbackVersion: CALLBACK_VERSIONS.find((known) => known === version) ?? null,
    inboundMessageUrl: record.inboundUrl,
    messageStatusUrl: record.statusUrl,
    eventFilter: record.eventFilter,
    signature: signatureMethod === null ? null : { method: signatureMethod === 'HS512' ? 'HS512' : 'HS256' },
    header: headerName === null ? null : { key: headerName },
  }
}

export function keyOf(accountId: string, scope: CallbackScope): SettingsKey {
  switch (scope.kind) {
    case 'account':
      return { accountId, channel: '', number: '' }
    case 'channel':
      return { accountId, channel: scope.channel, number: '' }
    case 'number':
      return { accountId, channel: scope.channel, number: numberKey(scope.number) }
  }
}

/** Null: of a channel that this version does not know. */
export function scopeOf({ channel: name, number }: SettingsKey): CallbackScope | null {
  if (name === '') return { kind: 'account' }
  const channel = CHANNELS.find((known) => known === name)
  if (channel === undefined) return null
  return number === '' ? { kind: 'channel', channel } : { kind: 'number', channel, number }
}

const CHANNELS = ['sms', 'whatsapp', 'echo'] as const
