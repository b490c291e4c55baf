import { exampleSource } from './exampleSource.ts'
import { runSource } from './runSource.ts'

await runSource({
  ...exampleSource,
  async check() {
    console.log('A line that must not reach standard output')
  },
})
