import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import Fastify, { type LightMyRequestResponse as Answer } from 'fastify'
import { type PageQuery, pageOf, tellPage } from './pages.ts'

test('following next from the first page shows every entry once, in order, and ends at the last', async (context) => {
  const app = Fastify()
  context.after(() => app.close())
  let items: number[] = []
  app.get<{ Querystring: Record<keyof PageQuery, string> }>('/list', async ({ query }, reply) => {
    const asked = { page: Number(query.page), size: Number(query.size) }
    tellPage(reply, { url: '/list', query: asked, items: items.length })
    return pageOf(items, asked)
  })
  const lengths = fc.record({ count: fc.nat(60), size: fc.integer({ min: 1, max: 25 }) })
  await fc.assert(
    fc.asyncProperty(lengths, async ({ count, size }) => {
      items = Array.from({ length: count }, (_, index) => index)
      const seen: number[] = []
      let url: string | undefined = `/list?page=1&size=${size}`
      let read = 0
      let last = ''
      for (; url !== undefined; read += 1) {
        const answer: Answer = await app.inject(url)
        const links = linksOf(String(answer.headers.link))
        assert.equal(answer.headers['x-total-items'], String(count))
        assert.equal(answer.headers['x-page-size'], String(size))
        assert.equal(answer.headers['x-current-page'], String(read + 1))
        assert.equal(links.get('current'), url)
        assert.equal(links.get('first'), `/list?page=1&size=${size}`)
        assert.equal(links.has('previous'), read > 0)
        last = links.get('last') ?? ''
        if (!links.has('next')) assert.equal(url, last)
        seen.push(...answer.json<number[]>())
        url = links.get('next')
      }
      assert.deepEqual(seen, items)
      const answer = await app.inject(last)
      assert.equal(answer.headers['x-total-pages'], String(read))
    }),
    { numRuns: 30 },
  )
})

test('a page behind the last is empty, and its previous one is the last', async (context) => {
  const app = Fastify()
  context.after(() => app.close())
  const query = { page: 9, size: 10 }
  app.get('/list', async (_request, reply) => {
    tellPage(reply, { url: '/list', query, items: 25 })
    return pageOf([1, 2, 3], query)
  })
  const answer = await app.inject('/list')
  assert.deepEqual(answer.json(), [])
  const links = linksOf(String(answer.headers.link))
  assert.equal(links.get('previous'), '/list?page=3&size=10')
  assert.equal(links.get('last'), '/list?page=3&size=10')
  assert.equal(links.has('next'), false)
})

function linksOf(header: string): Map<string, string> {
  const links = [...header.matchAll(/<([^>]+)>; rel="([a-z]+)"/g)]
  return new Map(links.map(([, url = '', relation = '']) => [relation, url]))
}
