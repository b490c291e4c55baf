import { writeFileSync } from 'node:fs'
import { crc32, deflateSync } from 'node:zlib'
import apiProperties from './apiProperties.json' with { type: 'json' }

// Draws the icon of the connectors: node connectors/power-automate/drawIcon.ts
// A mirror on its stand that flashes, on the brand colour, which the rules for icons want all around.

const SIZE = 230
/** Samples of a pixel in each direction, for smooth edges. */
const SAMPLES = 4

type Colour = readonly [red: number, green: number, blue: number]
const BRAND = colourOf(apiProperties.properties.iconBrandColor)
const MIRROR: Colour = [255, 200, 61]
const STAND: Colour = [226, 236, 244]
/** The middle of the mirror. */
const [X, Y] = [98, 106]
/** A short one, a long one and a short one, as in Morse. */
const RAYS = [
  { degrees: 10, from: 54, to: 78 },
  { degrees: 40, from: 50, to: 102 },
  { degrees: 70, from: 54, to: 78 },
]

const image = png(drawRows())
for (const folder of ['.', '2fa']) writeFileSync(new URL(`${folder}/icon.png`, import.meta.url), image)

/** One byte of filter (none) and three of colour for each pixel. */
function drawRows(): Buffer {
  const rows = Buffer.alloc(SIZE * (1 + SIZE * 3))
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) rows.set(pixelAt(x, y), y * (1 + SIZE * 3) + 1 + x * 3)
  }
  return rows
}

function pixelAt(x: number, y: number): number[] {
  const sum = [0, 0, 0]
  for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
    const colour = colourAt(
      x + ((sample % SAMPLES) + 0.5) / SAMPLES,
      y + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES,
    )
    for (const [channel, value] of colour.entries()) sum[channel] = (sum[channel] ?? 0) + value
  }
  return sum.map((value) => Math.round(value / (SAMPLES * SAMPLES)))
}

function colourAt(x: number, y: number): Colour {
  const distance = Math.hypot(x - X, y - Y)
  if (distance < 32) return MIRROR
  if (distance > 38 && distance < 45 && y > Y - 12) return STAND
  if (Math.abs(x - X) < 4 && y > Y + 44 && y < 186) return STAND
  if (Math.abs(x - X) < 26 && y >= 180 && y < 187) return STAND
  return isFlash(x - X, Y - y) ? MIRROR : BRAND
}

function isFlash(right: number, up: number): boolean {
  return RAYS.some(({ degrees, from, to }) => {
    const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
    const along = right * cos + up * sin
    return along > from && along < to && Math.abs(up * cos - right * sin) < 4.5
  })
}

function png(rows: Buffer): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(SIZE, 0)
  header.writeUInt32BE(SIZE, 4)
  header.set([8, 2], 8) // Eight bits of red, green and blue each.
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...chunks])
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  checksum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, checksum])
}

function colourOf(hexadecimal: string): Colour {
  const [red = 0, green = 0, blue = 0] = Buffer.from(hexadecimal.slice(1), 'hex')
  return [red, green, blue]
}
