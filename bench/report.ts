import { cpus, totalmem } from 'node:os'
import type { BenchOptions, StoreName } from './options.ts'
import type { RunResult, ScenarioName } from './scenario.ts'
import { spreadOf } from './spread.ts'

/** What the figures depend on, to stand above them. */
export function environmentOf({ messages, runs, connections, warmUpMessages }: BenchOptions) {
  return {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    processors: cpus().length,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    connections,
    messages,
    runs,
    warmUpMessages,
  }
}

export function titleLines(options: BenchOptions): string {
  const { node, platform, processors, processor, memoryGigabytes } = environmentOf(options)
  return [
    `Node ${node}, ${platform}, ${processors} × ${processor}, ${memoryGigabytes} GB`,
    `${options.connections} connections, ${options.messages} messages a run: median [min–max] of ${options.runs} runs`,
    '',
    row(COLUMNS.map(({ title }) => title)),
  ].join('\n')
}

export function resultLine(store: StoreName, scenario: ScenarioName, results: readonly RunResult[]): string {
  return row(COLUMNS.map(({ cell }) => cell({ store, scenario, results })))
}

interface Line {
  readonly store: StoreName
  readonly scenario: ScenarioName
  readonly results: readonly RunResult[]
}

const COLUMNS: readonly { title: string; width: number; cell(line: Line): string }[] = [
  { title: 'store', width: 10, cell: ({ store }) => store },
  { title: 'scenario', width: 11, cell: ({ scenario }) => scenario },
  { title: 'accepted/s', width: 23, cell: ({ results }) => whole(results, (run) => run.acceptedPerSecond) },
  { title: 'end to end/s', width: 23, cell: ({ results }) => whole(results, (run) => run.endToEndPerSecond) },
  { title: 'accept p50, p99 ms', width: 20, cell: ({ results }) => latency(results, (run) => run.acceptMs) },
  { title: 'end to end p50, p99 ms', width: 24, cell: ({ results }) => latency(results, (run) => run.endToEndMs) },
  { title: 'CPU µs', width: 18, cell: ({ results }) => whole(results, (run) => run.serverMicroseconds) },
  { title: 'MB', width: 6, cell: ({ results }) => grouped(Math.max(...results.map((run) => run.serverMegabytes))) },
  { title: 'refused', width: 9, cell: ({ results }) => sum(results, refusals) },
  { title: 'missing', width: 9, cell: ({ results }) => sum(results, (run) => run.missing) },
  { title: 'double', width: 6, cell: ({ results }) => sum(results, (run) => run.duplicates) },
]

function row(cells: readonly string[]): string {
  return cells
    .map((cell, index) => cell.padEnd(COLUMNS[index]?.width ?? 0))
    .join('')
    .trimEnd()
}

function whole(results: readonly RunResult[], figure: (run: RunResult) => number): string {
  const { median, min, max } = spreadOf(results.map(figure))
  return `${grouped(median)} [${grouped(min)}–${grouped(max)}]`
}

function latency(results: readonly RunResult[], figure: (run: RunResult) => { p50: number; p99: number }): string {
  const p50 = spreadOf(results.map((run) => figure(run).p50)).median
  const p99 = spreadOf(results.map((run) => figure(run).p99)).median
  return `${p50.toFixed(1)}, ${p99.toFixed(1)}`
}

function refusals({ refused }: RunResult): number {
  return Object.values(refused).reduce((total, count) => total + count, 0)
}

function sum(results: readonly RunResult[], figure: (run: RunResult) => number): string {
  return grouped(results.reduce((total, run) => total + figure(run), 0))
}

function grouped(figure: number): string {
  return Math.round(figure).toLocaleString('en-US')
}
