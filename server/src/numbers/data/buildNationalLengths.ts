// Writes nationalLengths.json: for every calling code the lengths that a national significant number may have.
// Run `node server/src/numbers/data/buildNationalLengths.ts` after libphonenumber-js was updated; see README.md here.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { listNationalLengths } from './listNationalLengths.ts'

const path = fileURLToPath(new URL('nationalLengths.json', import.meta.url))
const lines = Object.entries(listNationalLengths()).map(([code, lengths]) => `  "${code}": [${lengths.join(', ')}]`)
writeFileSync(path, `{\n${lines.join(',\n')}\n}\n`)
