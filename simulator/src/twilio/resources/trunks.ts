import { isoDates, linksOf, objectWriter, urlOf } from '../made.ts'
import type { Resource } from '../resource.ts'

const lists = ['OriginationUrls', 'CredentialLists', 'IpAccessControlLists', 'PhoneNumbers', 'Recording']

export const trunks: Resource = {
  name: 'trunks',
  host: 'trunking',
  path: '/v1/Trunks',
  key: 'trunks',
  pageSizeMax: 1000,
  sidPrefix: 'TK',
  writer: (collection) =>
    objectWriter((index) => ({
      account_sid: collection.account.sid,
      domain_name: `trunk${index}.pstn.example`,
      disaster_recovery_method: 'POST',
      disaster_recovery_url: null,
      friendly_name: `Trunk ${index + 1}`,
      secure: collection.hash(index) % 2 === 0,
      recording: { trim: 'do-not-trim', mode: 'do-not-record' },
      transfer_mode: 'disable-all',
      transfer_caller_id: 'from-transferee',
      cnam_lookup_enabled: false,
      auth_type: 'IP_ACL',
      symmetric_rtp_enabled: false,
      auth_type_set: ['IP_ACL'],
      ...isoDates(collection, index),
      sid: collection.id(index),
      url: urlOf(collection, index),
      links: linksOf(collection, index, lists),
    })),
}
