import type { SettingsKey } from './settingsRows.ts'

/** Where sealed texts belong. */
export const sealPlaces = {
  secret: (key: SettingsKey): string => `callback_settings.secret ${nameOf(key)}`,
  headerValue: (key: SettingsKey): string => `callback_settings.header_value ${nameOf(key)}`,
  mediaCredentials: (accountId: string): string => `media_credentials.secret ${accountId}`,
}

function nameOf({ accountId, channel, number }: SettingsKey): string {
  return `${accountId} ${channel} ${number}`
}
