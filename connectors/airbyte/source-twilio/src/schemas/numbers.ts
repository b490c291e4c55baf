import { table } from '../fields.ts'

export const incomingPhoneNumbers = table({
  strings: `
    sid account_sid friendly_name phone_number voice_url voice_method voice_fallback_url
    voice_fallback_method sms_url sms_method sms_fallback_url sms_fallback_method address_requirements
    voice_receive_mode status_callback status_callback_method api_version voice_application_sid
    sms_application_sid origin trunk_sid emergency_status emergency_address_sid emergency_address_status
    address_sid identity_sid bundle_sid uri status type`,
  times: 'date_created date_updated',
  booleans: 'voice_caller_id_lookup beta',
  within: {
    capabilities: table({ booleans: 'voice sms mms fax' }),
    subresource_uris: table({ strings: 'assigned_add_ons' }),
  },
})

export const outgoingCallerIds = table({
  strings: 'account_sid friendly_name phone_number sid uri',
  times: 'date_created date_updated',
})

export const availablePhoneNumberCountries = table({
  strings: 'country_code country uri',
  booleans: 'beta',
  within: { subresource_uris: table({ strings: 'local mobile toll_free' }) },
})

export const availablePhoneNumbers = table({
  strings: `
    friendly_name phone_number lata rate_center latitude longitude locality region postal_code
    iso_country address_requirements`,
  booleans: 'beta',
  within: { capabilities: table({ booleans: 'voice SMS MMS fax' }) },
})
