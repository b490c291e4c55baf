import { cpus, loadavg } from 'node:os'
import type { AirbyteOptions } from './airbyteOptions.ts'
import type { AirbyteReadResult } from './airbyteRead.ts'
import { spreadOf } from './spread.ts'

export function airbyteTitle({ messages, runs }: AirbyteOptions): string {
  const processor = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`
  return [
    `Node ${process.version}, ${process.platform}-${process.arch}, ${processor}, load ${loadavg()[0]?.toFixed(1)}`,
    `${grouped(messages)} messages, median [min–max] of ${runs} runs`,
    '',
    row(['subaccounts', 'workers', 'records/s', 'from the first', 'CPU µs', 'peak MB', 'states', 'missing']),
  ].join('\n')
}

export function airbyteLine(subaccounts: number, workers: number, results: readonly AirbyteReadResult[]): string {
  const spread = (figure: (result: AirbyteReadResult) => number, digits = 0) => {
    const { median, min, max } = spreadOf(results.map(figure))
    return `${grouped(median, digits)} [${grouped(min, digits)}–${grouped(max, digits)}]`
  }
  return row([
    grouped(subaccounts),
    grouped(workers),
    spread((result) => result.perSecond),
    spread((result) => result.perSecondFlowing),
    spread((result) => result.cpuMicroseconds, 1),
    spread((result) => result.peakMegabytes),
    spread((result) => result.states),
    grouped(results.reduce((total, { missing }) => total + missing, 0)),
  ])
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0))
    .join('')
    .trimEnd()
}

const WIDTHS = [13, 9, 25, 25, 20, 16, 16, 7]

function grouped(figure: number, digits = 0): string {
  return figure.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
