import { table } from '../fields.ts'

export const trunks = table({
  strings: `
    sid account_sid domain_name disaster_recovery_method disaster_recovery_url friendly_name
    transfer_mode transfer_caller_id auth_type url`,
  times: 'date_created date_updated',
  booleans: 'secure cnam_lookup_enabled symmetric_rtp_enabled',
  lists: 'auth_type_set',
  within: {
    recording: table({ strings: 'mode trim' }),
    links: table({ strings: 'origination_urls credential_lists ip_access_control_lists phone_numbers' }),
  },
})
