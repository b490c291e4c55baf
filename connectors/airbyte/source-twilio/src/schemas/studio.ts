import { table } from '../fields.ts'

export const flows = table({
  strings: 'sid account_sid friendly_name status url',
  times: 'date_created date_updated',
  integers: 'version',
  within: { links: table({ strings: 'steps' }) },
})

export const executions = table({
  strings: 'sid account_sid flow_sid contact_sid contact_channel_address status url',
  times: 'date_created date_updated',
  objects: 'context',
  within: { links: table({ strings: 'execution_context steps' }) },
})

export const steps = table({
  strings: `
    parent_step_sid name transitioned_to account_sid url context sid transitioned_from execution_sid
    flow_sid type`,
  times: 'date_updated date_created',
  within: { links: table({ strings: 'step_context' }) },
})
