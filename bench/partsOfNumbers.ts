import type { E164 } from '@heliograph/server/numbers/address'
import { createNetworkTable } from '@heliograph/server/numbers/network'
import { parseNumber } from '@heliograph/server/numbers/parseNumber'
import { parseSender } from '@heliograph/server/numbers/parseSender'
import { flatText } from './flatText.ts'
import type { Parts } from './parts.ts'

/** A campaign's numbers are all different, so these are too. */
export function partsOfNumbers(): Parts {
  const inputs = Array.from({ length: INPUTS }, (_, index) => flatText(`+49151${10_000_000 + index * 7_919}`))
  const numbers = inputs.map(parseNumber).filter((number): number is E164 => number !== null)
  const networks = createNetworkTable([])
  return {
    'parseNumber, +49…': (count) => parseNumber(inputs[count % INPUTS] ?? ''),
    'parseSender, number': (count) => parseSender(inputs[count % INPUTS] ?? ''),
    'parseSender, alphanumeric': () => parseSender('Heliograph'),
    'network of a number': (count) => {
      const number = numbers[count % numbers.length]
      return number === undefined ? null : networks.find(number)
    },
  }
}

const INPUTS = 1_024
