/** Whole numbers from 0 to below `limit`, the same ones for the same seed (a linear congruential generator). */
export function seededRandom(seed: number): (limit: number) => number {
  let state = seed >>> 0
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    // The low bits of such a generator repeat soon, so the high ones are used.
    return Math.floor((state / 0x1_0000_0000) * limit)
  }
}

/** A copy of a PDU with one to four faults in it; its command_length is mended in most cases, or nothing else is met. */
export function mutate(pdu: Buffer, random: (limit: number) => number): Buffer {
  let octets = Buffer.from(pdu)
  for (let fault = random(4); fault >= 0; fault--) octets = FAULTS[random(FAULTS.length)]?.(octets, random) ?? octets
  if (octets.length >= 4 && random(8) > 0) octets.writeUInt32BE(octets.length, 0)
  return octets
}

type Fault = (octets: Buffer, random: (limit: number) => number) => Buffer<ArrayBuffer>

const FAULTS: readonly Fault[] = [
  (octets, random) => changeOctet(octets, random, random(256)),
  (octets, random) => changeOctet(octets, random, 0),
  (octets, random) => changeOctet(octets, random, 0xff),
  (octets, random) => Buffer.from(octets.subarray(0, random(octets.length + 1))),
  (octets, random) => splice(octets, random(octets.length + 1), 0, Buffer.alloc(1 + random(30), random(256))),
  (octets, random) => splice(octets, random(octets.length + 1), 1 + random(20), Buffer.alloc(0)),
]

function changeOctet(octets: Buffer, random: (limit: number) => number, value: number): Buffer<ArrayBuffer> {
  const changed = Buffer.from(octets)
  // Behind the header, where the structure is.
  const at = 16 + random(Math.max(octets.length - 16, 1))
  if (at < changed.length) changed[at] = value
  return changed
}

function splice(octets: Buffer, at: number, removed: number, inserted: Buffer): Buffer<ArrayBuffer> {
  return Buffer.concat([octets.subarray(0, at), inserted, octets.subarray(at + removed)])
}
