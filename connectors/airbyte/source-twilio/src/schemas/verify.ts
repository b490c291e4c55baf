import { table } from '../fields.ts'

export const verifyServices = table({
  strings: 'default_template_sid tts_name mailer_sid friendly_name url account_sid sid',
  times: 'date_updated date_created',
  numbers: 'code_length',
  booleans: `
    psd2_enabled do_not_share_warning_enabled custom_code_enabled dtmf_input_required
    skip_sms_to_landlines lookup_enabled verify_event_subscription_enabled`,
  objects: 'whatsapp passkeys',
  within: {
    totp: table({ strings: 'issuer', numbers: 'time_step skew code_length' }),
    push: table({ strings: 'apn_credential_sid fcm_credential_sid', booleans: 'include_date' }),
    links: table({
      strings: `
    verification_checks rate_limits entities access_tokens verifications webhooks
    messaging_configurations`,
    }),
  },
})
