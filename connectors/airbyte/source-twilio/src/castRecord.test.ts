import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordCaster } from './castRecord.ts'
import { table } from './fields.ts'

test('fields get the types that the schema promises, nested ones too', () => {
  const cast = recordCaster(
    table({
      strings: 'error_code context',
      times: 'date_sent',
      integers: 'num_media',
      numbers: 'price',
      booleans: 'is_online',
      within: { delivery: table({ integers: 'total' }) },
      listsOf: { prices: table({ numbers: 'base_price' }) },
    }),
  )
  const record = {
    error_code: 30005,
    context: { widgets: [1] },
    date_sent: 'Fri, 11 Dec 2020 04:28:40 +0000',
    num_media: '0',
    price: '-0.0075',
    is_online: 'true',
    delivery: { total: '2' },
    prices: [{ base_price: '0.05' }, null],
    added_later: '7',
  }
  cast(record)
  assert.deepEqual(record, {
    error_code: '30005',
    context: '{"widgets":[1]}',
    date_sent: '2020-12-11T04:28:40Z',
    num_media: 0,
    price: -0.0075,
    is_online: true,
    delivery: { total: 2 },
    prices: [{ base_price: 0.05 }, null],
    added_later: '7',
  })
})

test('null stays null and what cannot be cast stays as it is', () => {
  const cast = recordCaster(
    table({ strings: 'a', integers: 'b c', times: 'd', within: { e: table({ integers: 'f' }) } }),
  )
  const record = { a: null, b: 'many', c: '', d: null, e: null }
  cast(record)
  assert.deepEqual(record, { a: null, b: 'many', c: '', d: null, e: null })
})
