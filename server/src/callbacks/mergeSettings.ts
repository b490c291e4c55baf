import type { KeyObject } from 'node:crypto'
import type { SignatureMethod } from '../webhooks/subscription.ts'
import { type CallbackVersion, callbackVersionDefault } from './callbackSettings.ts'

/** What was said for one scope, ready for use. Null throughout: not said here. */
export interface OpenedSettings {
  readonly callbackVersion: CallbackVersion | null
  readonly inboundMessageUrl: string | null
  readonly messageStatusUrl: string | null
  /** Empty: all. */
  readonly eventFilter: ReadonlySet<string> | null
  readonly signature: { readonly key: KeyObject; readonly method: SignatureMethod } | typeof UNREADABLE | null
  readonly header: { readonly name: string; readonly value: string } | typeof UNREADABLE | null
}

export const UNREADABLE: unique symbol = Symbol('sealed with another key')

/** What counts for one number. Null: nobody is called, nothing is signed, no header is added. */
export interface EffectiveSettings extends OpenedSettings {
  readonly callbackVersion: CallbackVersion
  readonly eventFilter: ReadonlySet<string>
}

/** Each property as the narrowest scope that says anything about it; null: nothing was said for that scope. */
export function mergeSettings(narrowestFirst: readonly (OpenedSettings | null)[]): EffectiveSettings {
  const said = narrowestFirst.filter((settings) => settings !== null)
  const pick = <Name extends keyof OpenedSettings>(name: Name): OpenedSettings[Name] | null =>
    said.find((settings) => settings[name] !== null)?.[name] ?? null
  return {
    callbackVersion: pick('callbackVersion') ?? callbackVersionDefault,
    inboundMessageUrl: pick('inboundMessageUrl'),
    messageStatusUrl: pick('messageStatusUrl'),
    eventFilter: pick('eventFilter') ?? ALL,
    signature: pick('signature'),
    header: pick('header'),
  }
}

const ALL: ReadonlySet<string> = new Set()
