import { table } from '../fields.ts'

export const accounts = table({
  strings: 'auth_token friendly_name owner_account_sid sid status type uri',
  times: 'date_created date_updated',
  within: {
    subresource_uris: table({
      strings: `
    addresses conferences signing_keys transcriptions connect_apps sip authorized_connect_apps usage
    keys applications recordings short_codes calls notifications incoming_phone_numbers queues messages
    outgoing_caller_ids available_phone_numbers balance`,
    }),
  },
})

export const addresses = table({
  strings: `
    account_sid city customer_name friendly_name iso_country postal_code region sid street
    street_secondary uri`,
  times: 'date_created date_updated',
  booleans: 'emergency_enabled validated verified',
})

export const applications = table({
  strings: `
    account_sid api_version friendly_name message_status_callback sid sms_fallback_method
    sms_fallback_url sms_method sms_status_callback sms_url status_callback status_callback_method uri
    voice_fallback_method voice_fallback_url voice_method voice_url`,
  times: 'date_created date_updated',
  booleans: 'public_application_connect_enabled voice_caller_id_lookup',
})

export const keys = table({ strings: 'friendly_name sid', times: 'date_created date_updated' })

export const dependentPhoneNumbers = table({
  strings: `
    sid account_sid friendly_name phone_number voice_url voice_method voice_fallback_url
    voice_fallback_method sms_url sms_method sms_fallback_url sms_fallback_method address_requirements
    status_callback status_callback_method api_version voice_application_sid sms_application_sid
    trunk_sid emergency_status emergency_address_sid uri`,
  times: 'date_created date_updated',
  booleans: 'voice_caller_id_lookup',
  within: { capabilities: table({ booleans: 'Voice SMS MMS' }) },
})
