import { readFileSync, writeFileSync } from 'node:fs'

/** Loaded into the process under test by `--import`: on its way out it tells what it used, in the file named for it. */
export interface ProcessUsage {
  readonly cpuMs: number
  readonly peakBytes: number
}

process.on('exit', () => {
  const { user, system } = process.cpuUsage()
  const usage: ProcessUsage = { cpuMs: (user + system) / 1000, peakBytes: peakKilobytes() * 1024 }
  writeFileSync(process.env.BENCH_USAGE_FILE ?? '', JSON.stringify(usage))
})

/** Linux's `ru_maxrss` begins with that of the process that started this one; its `VmHWM` does not. */
function peakKilobytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
}
