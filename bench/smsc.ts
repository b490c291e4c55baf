import { startSmsc } from '@heliograph/simulator/smsc'
import { type ArrivalSummary, Arrivals } from './arrivals.ts'
import { RECIPIENTS, readMark } from './benchMessage.ts'
import { serveParent } from './serveParent.ts'

/** The simulator in a process of its own. What came is read from its handsets after a run, so counting costs the run nothing. */
const smsc = await startSmsc({ host: '127.0.0.1', port: 0 })
let run = 0

const commands = {
  async port(): Promise<number> {
    return smsc.port
  },

  async begin(next: { readonly run: number }): Promise<void> {
    run = next.run
    smsc.handsets.clearAll()
  },

  async arrivals(): Promise<ArrivalSummary> {
    const arrivals = new Arrivals(run)
    for (const { number } of smsc.handsets.list(RECIPIENTS)) {
      for (const { text, at } of smsc.handsets.messages(number)) {
        const mark = readMark(text)
        if (mark !== null) arrivals.add(mark, Date.parse(at))
      }
    }
    return arrivals.summary()
  },
}
export type SmscCommands = typeof commands

serveParent(commands, () => smsc.close())
