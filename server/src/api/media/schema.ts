import { type Static, Type } from 'typebox'

export const MediaParams = Type.Object({ mediaId: Type.String({ description: 'The id of the media, a UUID' }) })
export type MediaParams = Static<typeof MediaParams>

/** A day, as the vendor has it. */
const VALIDITY_MINUTES_DEFAULT = 1_440
/** 30 days. */
const VALIDITY_MINUTES_MAX = 43_200

export const UploadQuery = Type.Object({
  validity: Type.Integer({
    minimum: 1,
    maximum: VALIDITY_MINUTES_MAX,
    default: VALIDITY_MINUTES_DEFAULT,
    description: 'Minutes for which it can be had',
  }),
  filename: Type.Optional(Type.String({ maxLength: 1_000, description: 'What recipients see as its name' })),
})
export type UploadQuery = Static<typeof UploadQuery>

export const UploadAnswer = Type.Object({
  mediaId: Type.String(),
  url: Type.String({ description: 'Where it can be read with a key of the account' }),
  quota: Type.Integer({ description: 'Bytes that all uploads of the account may have together' }),
  usage: Type.Integer({ description: 'Bytes that they have' }),
})
export type UploadAnswer = Static<typeof UploadAnswer>

export const MediaEntry = Type.Object({
  mediaId: Type.String(),
  contentType: Type.String(),
  validity: Type.Integer({ description: 'Minutes for which it could be had when it was uploaded' }),
  fileName: Type.String(),
  fileSize: Type.Integer({ description: 'Bytes' }),
  createdAt: Type.String({ format: 'date-time' }),
  expiresAt: Type.String({ format: 'date-time' }),
})
export type MediaEntry = Static<typeof MediaEntry>

/** A file, as far as a description of JSON answers can say it. */
export const MediaBytes = {
  description: 'The file, always as an attachment',
  content: { '*/*': { schema: Type.String({ format: 'binary' }) } },
}
