/** What the vendor's 4-hex-digit error codes mean (GSM 03.40 and 09.02 causes as its documentation lists them). */
export function gsmErrorReason(code: string): string {
  return REASONS[code] ?? `carrier error ${code}`
}

const REASONS: Readonly<Record<string, string>> = {
  '0001': 'unknownSubscriber',
  '0002': 'unknownBaseStation',
  '0003': 'unknownMSC',
  '0005': 'unidentifiedSubscriber',
  '0006': 'absentSubscriberSM',
  '0007': 'unknownEquipment',
  '0008': 'roamingNotAllowed',
  '0009': 'illegalSubscriber',
  '000a': 'bearerServiceNotProvisioned',
  '000b': 'teleserviceNotProvisioned',
  '000c': 'illegalEquipment',
  '000d': 'callBarred',
  '000e': 'forwardingViolation',
}
