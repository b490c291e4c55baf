import { Type } from 'typebox'
import { MediaSettings } from '../media/config.ts'
import { GuardSettings } from '../otp/guard/config.ts'
import { AccountEntry } from './accounts.ts'
import { CarrierEntry } from './carriers.ts'
import { identifier, networkCode, numberPrefix } from './fields.ts'
import { PriceEntry } from './prices.ts'
import { RouteEntry } from './routes.ts'

/** The configuration file. Everything has a default, so an empty file is a good one. */
export const ConfigFile = Type.Object(
  {
    http: Type.Object(
      {
        host: Type.String({ minLength: 1, default: '127.0.0.1' }),
        /** 0: any free port. */
        port: Type.Integer({ minimum: 0, maximum: 65_535, default: 8080 }),
        /** Under which callers reach the server; it is in the links of answers. */
        publicUrl: Type.Optional(
          Type.String({
            pattern: '^https?://[^/?#]+(/[^?#]*[^/?#])?$',
            expected: 'an http(s) URL without a slash at its end',
          }),
        ),
        bodyBytesMax: Type.Integer({ minimum: 1024, maximum: 104_857_600, default: 1_048_576 }),
      },
      { default: {} },
    ),
    webhooks: Type.Object({ allowPrivateNetworks: Type.Boolean({ default: false }) }, { default: {} }),
    accounts: Type.Array(AccountEntry, { default: [] }),
    carriers: Type.Array(CarrierEntry, { default: [] }),
    routes: Type.Optional(Type.Array(RouteEntry)),
    prices: Type.Array(PriceEntry, { default: [] }),
    networks: Type.Array(
      Type.Object({
        prefix: numberPrefix(),
        mccmnc: networkCode(),
        name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      }),
      { default: [] },
    ),
    simulator: Type.Optional(
      Type.Union([
        Type.Boolean(),
        Type.Object({
          host: Type.String({ minLength: 1, default: '127.0.0.1' }),
          /** 0: any free port. */
          smppPort: Type.Integer({ minimum: 0, maximum: 65_535, default: 0 }),
        }),
      ]),
    ),
    store: Type.Object(
      {
        url: Type.Optional(Type.String({ pattern: '^postgres(ql)?://', expected: 'a postgres:// URL' })),
      },
      { default: {} },
    ),
    otp: GuardSettings,
    media: MediaSettings,
    chat: Type.Object(
      {
        /** How long a channel of a chain may be without a receipt before the next is tried. */
        stepWaitSeconds: Type.Integer({ minimum: 10, maximum: 86_400, default: 300 }),
      },
      { default: {} },
    ),
    node: Type.Object({ id: Type.Optional(identifier()) }, { default: {} }),
    retention: Type.Object(
      {
        messagesDays: Type.Integer({ minimum: 1, maximum: 3650, default: 90 }),
        webhooksDays: Type.Integer({ minimum: 1, maximum: 3650, default: 30 }),
      },
      { default: {} },
    ),
  },
  { default: {} },
)

/** pino's levels. */
export const LogLevel = Type.Enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'])
