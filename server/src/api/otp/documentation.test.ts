import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { refusalCodes } from '../../otp/refusal.ts'
import {
  ApplicationAnswer,
  CheckOtpQuery,
  CreateApplicationBody,
  EditApplicationQuery,
  ListOtpsQuery,
  OtpStatusEntity,
  ResendOtpQuery,
  SavedTemplateAnswer,
  SaveTemplateQuery,
  SendOtpQuery,
  StatusEvent,
} from './schema.ts'

const page = readFileSync(new URL('../../../../docs/api/otp.md', import.meta.url), 'utf8')

test('the page about the API has every error code', () => {
  const missing = Object.values(refusalCodes).filter((code) => !page.includes(`\`${code}\``))
  assert.deepEqual(missing, [])
})

test('the page about the API has every parameter and every field', () => {
  const schemas = [
    CreateApplicationBody,
    EditApplicationQuery,
    ApplicationAnswer,
    SaveTemplateQuery,
    SavedTemplateAnswer,
    SendOtpQuery,
    ResendOtpQuery,
    CheckOtpQuery,
    ListOtpsQuery,
    OtpStatusEntity,
    StatusEvent,
  ]
  const names = schemas.flatMap(({ properties }) => Object.keys(properties))
  const missing = names.filter((name) => !new RegExp(`\\b${name}\\b`, 'i').test(page))
  assert.deepEqual(missing, [])
})
