import { measure } from './measure.ts'
import { partsOfMessages } from './partsOfMessages.ts'
import { partsOfNumbers } from './partsOfNumbers.ts'
import { partsOfSmpp } from './partsOfSmpp.ts'
import { partsOfText } from './partsOfText.ts'

/** `node bench/parts.ts [WORD]`: what single operations cost; only those whose name has the word in it. */
const word = process.argv[2] ?? ''
const parts = { ...partsOfText(), ...partsOfSmpp(), ...partsOfNumbers(), ...partsOfMessages() }
const width = Math.max(...Object.keys(parts).map((name) => name.length))

console.log(`${'operation'.padEnd(width)}   ns median [min–max]`)
for (const [name, operation] of Object.entries(parts)) {
  if (!name.includes(word)) continue
  const { median, min, max } = measure(operation)
  const [middle, least, most] = [median, min, max].map((figure) => Math.round(figure).toLocaleString('en-US'))
  console.log(`${name.padEnd(width)} ${middle?.padStart(9)} [${least}–${most}]`)
}

/** Operations by name; each gets a number that counts up. */
export type Parts = Readonly<Record<string, (count: number) => unknown>>
