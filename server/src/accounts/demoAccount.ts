import type { Account } from './account.ts'
import { optOutRepliesOf } from './optOutReplies.ts'

/** The only account where no config file is given. Its key is derived from the secret, so it is in no file. */
export const DEMO_ACCOUNT: Account = {
  id: 'demo',
  name: 'Demo',
  apiKeys: [],
  numbers: [],
  senders: null,
  limits: { requestsPerSecond: null },
  optOutReplies: optOutRepliesOf('Demo'),
}
