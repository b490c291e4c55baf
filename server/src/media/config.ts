import { type Static, Type } from 'typebox'

/** How much media may take. */
export type MediaSettings = Static<typeof MediaSettings>
export const MediaSettings = Type.Object(
  {
    /** Of one file, uploaded or received. */
    bytesMax: Type.Integer({ minimum: 1_024, maximum: 104_857_600, default: 16_777_216 }),
    /** Of all uploads of an account together, and as much again for what it receives. */
    quotaBytes: Type.Integer({ minimum: 1_024, maximum: 1_099_511_627_776, default: 1_073_741_824 }),
  },
  { default: {} },
)
