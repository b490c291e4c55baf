import { table } from '../fields.ts'

export const alerts = table({
  strings: `
    log_level resource_sid account_sid url request_method alert_text sid request_url service_sid
    error_code api_version more_info`,
  times: 'date_updated date_generated date_created',
})
