import { table } from '../fields.ts'

export const calls = table({
  strings: `
    sid parent_call_sid account_sid to to_formatted from from_formatted phone_number_sid status
    price_unit direction answered_by annotation api_version forwarded_from group_sid caller_name
    trunk_sid uri`,
  times: 'date_created date_updated start_time end_time',
  integers: 'duration queue_time',
  numbers: 'price',
  within: {
    subresource_uris: table({
      strings: `
    recordings notifications feedback payments siprec events feedback_summaries streams
    user_defined_message_subscriptions user_defined_messages`,
    }),
  },
})

export const conferences = table({
  strings: `
    account_sid api_version friendly_name region sid status uri reason_conference_ended
    call_sid_ending_conference`,
  times: 'date_created date_updated',
  within: { subresource_uris: table({ strings: 'participants recordings' }) },
})

export const conferenceParticipants = table({
  strings: 'account_sid call_sid label conference_sid status call_sid_to_coach uri',
  times: 'date_created date_updated',
  integers: 'queue_time',
  booleans: 'end_conference_on_exit muted hold start_conference_on_enter coaching',
})

export const recordings = table({
  strings: 'account_sid api_version call_sid conference_sid sid price_unit status source media_url uri',
  times: 'date_created date_updated start_time',
  integers: 'duration channels error_code',
  numbers: 'price',
  within: {
    encryption_details: table({ strings: 'type encryption_public_key_sid encryption_cek iv' }),
    subresource_uris: table({ strings: 'transcriptions add_on_results' }),
  },
})

export const transcriptions = table({
  strings: 'account_sid api_version price_unit recording_sid sid status transcription_text type uri',
  times: 'date_created date_updated',
  integers: 'duration',
  numbers: 'price',
})

export const queues = table({
  strings: 'account_sid friendly_name sid uri',
  times: 'date_created date_updated',
  integers: 'average_wait_time current_size max_size',
  within: { subresource_uris: table({ strings: 'members' }) },
})
