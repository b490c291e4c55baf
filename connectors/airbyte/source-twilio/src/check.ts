import { ConfigError, type SourceContext } from '@heliograph/airbyte-protocol/source'
import { isRecord } from './castRecord.ts'
import type { TwilioConfig } from './config.ts'
import { credentialsRefused } from './credentialsRefused.ts'
import { isRefused, knowsOwnAccount } from './partitions.ts'
import { firstPage, type TwilioApi, twilioApi } from './twilioApi.ts'

/** Proves that the credentials can read accounts, or one account's messages where they need not read more. */
export async function check(config: TwilioConfig, context: Pick<SourceContext, 'http'>): Promise<void> {
  const api = twilioApi(config, context.http)
  try {
    await readAnAccount(api)
  } catch (error) {
    if (!isRefused(error)) throw error
    if (!knowsOwnAccount(config)) throw credentialsRefused(config, error)
    await readAMessage(api, config)
  }
}

async function readAnAccount(api: TwilioApi): Promise<void> {
  const body = await api.get('api', firstPage('/2010-04-01/Accounts.json', { PageSize: 1 }))
  if (!isRecord(body) || !Array.isArray(body.accounts)) {
    throw new ConfigError('What answers is not the Twilio API: it shows no list of accounts. Check base_url.')
  }
  if (body.accounts.length === 0) throw new ConfigError('These credentials see no account. Check the account SID.')
}

async function readAMessage(api: TwilioApi, config: TwilioConfig): Promise<void> {
  const path = `/2010-04-01/Accounts/${config.accountSid}/Messages.json`
  try {
    await api.get('api', firstPage(path, { PageSize: 1 }))
  } catch (error) {
    throw isRefused(error) ? credentialsRefused(config, error) : error
  }
}
