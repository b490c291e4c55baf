/** Command ids of SMPP 3.4 section 5.1.2.1, keyed by their names in the specification. */
export const CommandId = {
  generic_nack: 0x80000000,
  bind_receiver: 0x00000001,
  bind_receiver_resp: 0x80000001,
  bind_transmitter: 0x00000002,
  bind_transmitter_resp: 0x80000002,
  query_sm: 0x00000003,
  query_sm_resp: 0x80000003,
  submit_sm: 0x00000004,
  submit_sm_resp: 0x80000004,
  deliver_sm: 0x00000005,
  deliver_sm_resp: 0x80000005,
  unbind: 0x00000006,
  unbind_resp: 0x80000006,
  replace_sm: 0x00000007,
  replace_sm_resp: 0x80000007,
  cancel_sm: 0x00000008,
  cancel_sm_resp: 0x80000008,
  bind_transceiver: 0x00000009,
  bind_transceiver_resp: 0x80000009,
  outbind: 0x0000000b,
  enquire_link: 0x00000015,
  enquire_link_resp: 0x80000015,
  submit_multi: 0x00000021,
  submit_multi_resp: 0x80000021,
  alert_notification: 0x00000102,
  data_sm: 0x00000103,
  data_sm_resp: 0x80000103,
} as const

export type CommandName = keyof typeof CommandId

/** The requests that have a response, except enquire_link and unbind, which a session answers by itself. */
export const responseOf = {
  bind_receiver: 'bind_receiver_resp',
  bind_transmitter: 'bind_transmitter_resp',
  bind_transceiver: 'bind_transceiver_resp',
  submit_sm: 'submit_sm_resp',
  submit_multi: 'submit_multi_resp',
  deliver_sm: 'deliver_sm_resp',
  data_sm: 'data_sm_resp',
  query_sm: 'query_sm_resp',
  cancel_sm: 'cancel_sm_resp',
  replace_sm: 'replace_sm_resp',
} as const satisfies { readonly [Command in CommandName]?: `${Command}_resp` }

export type AnsweredCommand = keyof typeof responseOf

export function isAnsweredCommand(command: CommandName): command is AnsweredCommand {
  return Object.hasOwn(responseOf, command)
}

/** Set in the command id of every response. */
export const RESPONSE_BIT = 0x80000000

/** The command's name, or null for an id that SMPP 3.4 does not define. */
export function commandName(commandId: number): CommandName | null {
  return NAMES.get(commandId) ?? null
}

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(CommandId, name)
}

const NAMES: ReadonlyMap<number, CommandName> = new Map(
  Object.keys(CommandId)
    .filter(isCommandName)
    .map((name) => [CommandId[name], name]),
)
