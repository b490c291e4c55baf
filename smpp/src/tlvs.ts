import { PduError } from './pduError.ts'
import type { PduReader } from './pduReader.ts'
import type { PduWriter } from './pduWriter.ts'
import { CommandStatus } from './status.ts'
import { type RawTlv, type TlvName, type TlvRow, type Tlvs, type TlvValues, tlvTable } from './tlvTable.ts'

/**
 * Reads TLVs up to the end of the PDU. Integers are taken in any width up to four octets, since SMSCs disagree on the
 * widths of the specification; a value that cannot be what its tag says stays raw under `unknown`.
 * Throws PduError ESME_RINVOPTPARSTREAM when a TLV runs over the end.
 */
export function readTlvs(reader: PduReader): Tlvs {
  // A stray NUL or two behind the body is common and cannot be a TLV.
  if (reader.left === 0 || reader.onlyPaddingLeft()) return NO_TLVS
  const named: { [Name in TlvName]?: TlvValue } = {}
  const unknown: RawTlv[] = []
  while (reader.left > 0 && !reader.onlyPaddingLeft()) {
    if (reader.left < HEADER_OCTETS) throw streamError('a TLV without room for its header')
    const tag = reader.uint16()
    const value = reader.octets(reader.uint16(), CommandStatus.ESME_RINVOPTPARSTREAM)
    const name = NAMES.get(tag)
    const parsed = name === undefined ? null : parseValue(tlvTable[name], value, named[name])
    if (name === undefined || parsed === null) unknown.push({ tag, value })
    else named[name] = parsed
  }
  // parseValue gave each name a value of its row's kind, which the type system cannot follow through the table.
  return (unknown.length === 0 ? named : { ...named, unknown }) as Tlvs
}

/** Throws PduError ESME_RINVOPTPARAMVAL or ESME_RINVPARLEN for a value its tag cannot carry. */
export function writeTlvs(writer: PduWriter, tlvs: Tlvs): void {
  for (const name in tlvs) {
    if (!isTlvName(name)) continue
    const value = tlvs[name]
    if (value !== undefined) writeValue(writer, name, value)
  }
  for (const { tag, value } of tlvs.unknown ?? []) writeOctets(writer, tag, value, VALUE_OCTETS_MAX)
}

export const NO_TLVS: Tlvs = Object.freeze({})

type TlvValue = TlvValues[keyof TlvValues]

const HEADER_OCTETS = 4
const VALUE_OCTETS_MAX = 65_535
const NETWORK_ERROR_OCTETS = 3

const NAMES: ReadonlyMap<number, TlvName> = new Map(
  Object.keys(tlvTable)
    .filter(isTlvName)
    .map((name) => [tlvTable[name].tag, name]),
)

function isTlvName(name: string): name is TlvName {
  return Object.hasOwn(tlvTable, name)
}

/** Null: this cannot be the value of such a TLV, or it stood before and may stand only once. */
function parseValue(row: TlvRow, value: Buffer, before: TlvValue | undefined): TlvValue | null {
  if (row.kind === 'octetsList') return Array.isArray(before) ? [...before, value] : [value]
  if (before !== undefined) return null
  switch (row.kind) {
    case 'uint8':
    case 'uint16':
    case 'uint32':
      return value.length >= 1 && value.length <= 4 ? value.readUIntBE(0, value.length) : null
    case 'cString': {
      const nul = value.indexOf(0)
      return value.toString('latin1', 0, nul < 0 ? value.length : nul)
    }
    case 'octets':
      return value
    case 'networkError':
      return value.length === NETWORK_ERROR_OCTETS
        ? { networkType: value.readUInt8(0), errorCode: value.readUInt16BE(1) }
        : null
    case 'flag':
      return value.length === 0 ? true : null
    default:
      return row satisfies never
  }
}

function writeValue(writer: PduWriter, name: TlvName, value: TlvValue): void {
  const row: TlvRow = tlvTable[name]
  if (typeof value === 'number') writeNumber(writer, row, name, value)
  else if (typeof value === 'string' && row.kind === 'cString') writeCString(writer, row.tag, value, row.octetsMax)
  else if (Buffer.isBuffer(value) && row.kind === 'octets') writeOctets(writer, row.tag, value, row.octetsMax)
  else if (Array.isArray(value) && row.kind === 'octetsList')
    for (const each of value) writeOctets(writer, row.tag, each, row.octetsMax)
  else if (value === true && row.kind === 'flag') writeHeader(writer, row.tag, 0)
  else if (typeof value === 'object' && 'networkType' in value) writeNetworkError(writer, row.tag, value)
  else throw valueError(name)
}

function writeNumber(writer: PduWriter, row: TlvRow, name: TlvName, value: number): void {
  if (row.kind === 'uint8') {
    writeHeader(writer, row.tag, 1)
    writer.uint8(value)
  } else if (row.kind === 'uint16') {
    writeHeader(writer, row.tag, 2)
    writer.uint16(value)
  } else if (row.kind === 'uint32') {
    writeHeader(writer, row.tag, 4)
    writer.uint32(value)
  } else {
    throw valueError(name)
  }
}

function writeCString(writer: PduWriter, tag: number, value: string, octetsMax: number): void {
  if (value.length >= octetsMax) throw lengthError(tag, value.length)
  writeHeader(writer, tag, value.length + 1)
  writer.cString(value, octetsMax, CommandStatus.ESME_RINVOPTPARAMVAL)
}

function writeOctets(writer: PduWriter, tag: number, value: Buffer, octetsMax: number): void {
  if (value.length > octetsMax) throw lengthError(tag, value.length)
  writeHeader(writer, tag, value.length)
  writer.octets(value)
}

function writeNetworkError(
  writer: PduWriter,
  tag: number,
  { networkType, errorCode }: TlvValues['networkError'],
): void {
  writeHeader(writer, tag, NETWORK_ERROR_OCTETS)
  writer.uint8(networkType)
  writer.uint16(errorCode)
}

function writeHeader(writer: PduWriter, tag: number, length: number): void {
  writer.uint16(tag)
  writer.uint16(length)
}

function streamError(message: string): PduError {
  return new PduError(CommandStatus.ESME_RINVOPTPARSTREAM, message)
}

function valueError(name: TlvName): PduError {
  return new PduError(CommandStatus.ESME_RINVOPTPARAMVAL, `${name} cannot carry this value`)
}

function lengthError(tag: number, length: number): PduError {
  return new PduError(CommandStatus.ESME_RINVPARLEN, `TLV 0x${tag.toString(16)} cannot carry ${length} octets`)
}
