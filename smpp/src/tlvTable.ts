/**
 * The optional parameters of SMPP 3.4 section 5.3.2. The names are the specification's in camel case.
 * `flag` is a TLV without a value; `octetsList` may appear several times in one PDU.
 */
export const tlvTable = {
  destAddrSubunit: { tag: 0x0005, kind: 'uint8' },
  destNetworkType: { tag: 0x0006, kind: 'uint8' },
  destBearerType: { tag: 0x0007, kind: 'uint8' },
  destTelematicsId: { tag: 0x0008, kind: 'uint16' },
  sourceAddrSubunit: { tag: 0x000d, kind: 'uint8' },
  sourceNetworkType: { tag: 0x000e, kind: 'uint8' },
  sourceBearerType: { tag: 0x000f, kind: 'uint8' },
  sourceTelematicsId: { tag: 0x0010, kind: 'uint8' },
  qosTimeToLive: { tag: 0x0017, kind: 'uint32' },
  payloadType: { tag: 0x0019, kind: 'uint8' },
  additionalStatusInfoText: { tag: 0x001d, kind: 'cString', octetsMax: 256 },
  receiptedMessageId: { tag: 0x001e, kind: 'cString', octetsMax: 65 },
  msMsgWaitFacilities: { tag: 0x0030, kind: 'uint8' },
  privacyIndicator: { tag: 0x0201, kind: 'uint8' },
  sourceSubaddress: { tag: 0x0202, kind: 'octets', octetsMax: 23 },
  destSubaddress: { tag: 0x0203, kind: 'octets', octetsMax: 23 },
  userMessageReference: { tag: 0x0204, kind: 'uint16' },
  userResponseCode: { tag: 0x0205, kind: 'uint8' },
  sourcePort: { tag: 0x020a, kind: 'uint16' },
  destinationPort: { tag: 0x020b, kind: 'uint16' },
  sarMsgRefNum: { tag: 0x020c, kind: 'uint16' },
  languageIndicator: { tag: 0x020d, kind: 'uint8' },
  sarTotalSegments: { tag: 0x020e, kind: 'uint8' },
  sarSegmentSeqnum: { tag: 0x020f, kind: 'uint8' },
  scInterfaceVersion: { tag: 0x0210, kind: 'uint8' },
  callbackNumPresInd: { tag: 0x0302, kind: 'octetsList', octetsMax: 1 },
  callbackNumAtag: { tag: 0x0303, kind: 'octetsList', octetsMax: 65 },
  numberOfMessages: { tag: 0x0304, kind: 'uint8' },
  callbackNum: { tag: 0x0381, kind: 'octetsList', octetsMax: 19 },
  dpfResult: { tag: 0x0420, kind: 'uint8' },
  setDpf: { tag: 0x0421, kind: 'uint8' },
  msAvailabilityStatus: { tag: 0x0422, kind: 'uint8' },
  networkErrorCode: { tag: 0x0423, kind: 'networkError' },
  messagePayload: { tag: 0x0424, kind: 'octets', octetsMax: 65_535 },
  deliveryFailureReason: { tag: 0x0425, kind: 'uint8' },
  moreMessagesToSend: { tag: 0x0426, kind: 'uint8' },
  messageState: { tag: 0x0427, kind: 'uint8' },
  ussdServiceOp: { tag: 0x0501, kind: 'uint8' },
  displayTime: { tag: 0x1201, kind: 'uint8' },
  smsSignal: { tag: 0x1203, kind: 'uint16' },
  msValidity: { tag: 0x1204, kind: 'uint8' },
  alertOnMessageDelivery: { tag: 0x130c, kind: 'flag' },
  itsReplyType: { tag: 0x1380, kind: 'uint8' },
  itsSessionInfo: { tag: 0x1383, kind: 'octets', octetsMax: 2 },
} as const satisfies Record<string, TlvRow>

export type TlvName = keyof typeof tlvTable

/** The optional parameters of one PDU, by name, plus the raw ones. */
export type Tlvs = { readonly [Name in TlvName]?: TlvValues[(typeof tlvTable)[Name]['kind']] } & {
  /** TLVs outside SMPP 3.4, repeats of a TLV that may stand only once, and values of an impossible length. */
  readonly unknown?: readonly RawTlv[]
}

export interface RawTlv {
  readonly tag: number
  readonly value: Buffer
}

export interface NetworkError {
  /** 1 ANSI-136, 2 IS-95, 3 GSM; other values are the vendor's. */
  readonly networkType: number
  readonly errorCode: number
}

export interface TlvValues {
  uint8: number
  uint16: number
  uint32: number
  cString: string
  octets: Buffer
  octetsList: readonly Buffer[]
  networkError: NetworkError
  flag: true
}

export type TlvRow =
  | { readonly tag: number; readonly kind: 'uint8' | 'uint16' | 'uint32' | 'networkError' | 'flag' }
  | { readonly tag: number; readonly kind: 'cString' | 'octets'; readonly octetsMax: number }
  | { readonly tag: number; readonly kind: 'octetsList'; readonly octetsMax: number }
