import { sendMessages } from './sendMessages.ts'
import { serveParent } from './serveParent.ts'

/** The load generator in a process of its own. */
const commands = { send: sendMessages }
export type LoadCommands = typeof commands

serveParent(commands, async () => {})
