import { isoDates, linksOf, objectWriter, urlOf } from '../made.ts'
import type { Resource } from '../resource.ts'

const lists = ['VerificationCheck', 'Verifications', 'RateLimits', 'MessagingConfigurations', 'Entities', 'Webhooks']

/** The description says that pages may have 1,000; in earnest more than 100 are refused. */
export const verifyServices: Resource = {
  name: 'verify_services',
  host: 'verify',
  path: '/v2/Services',
  key: 'services',
  pageSizeMax: 100,
  pageSizeRefusedOver: 100,
  sidPrefix: 'VA',
  writer: (collection) =>
    objectWriter((index) => ({
      sid: collection.id(index),
      account_sid: collection.account.sid,
      friendly_name: `Verify ${index + 1}`,
      code_length: 6,
      lookup_enabled: false,
      psd2_enabled: false,
      skip_sms_to_landlines: false,
      dtmf_input_required: true,
      tts_name: null,
      do_not_share_warning_enabled: false,
      custom_code_enabled: false,
      mailer_sid: null,
      push: { include_date: false, apn_credential_sid: null, fcm_credential_sid: null },
      totp: { issuer: null, time_step: 30, code_length: 6, skew: 1 },
      default_template_sid: null,
      whatsapp: { msg_service_sid: null, from: null },
      passkeys: null,
      verify_event_subscription_enabled: false,
      ...isoDates(collection, index),
      url: urlOf(collection, index),
      links: linksOf(collection, index, lists),
    })),
}
