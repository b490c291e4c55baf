import type { FastifyReply } from 'fastify'
import { type Static, Type } from 'typebox'

/** How much of a list is asked for. */
export const PageQuery = Type.Object({
  page: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 1, description: 'Counted from 1' }),
  size: Type.Integer({ minimum: 1, maximum: 1_000, default: 100, description: 'Entries of a page' }),
})
export type PageQuery = Static<typeof PageQuery>

/** The entries of one page. */
export function pageOf<Item>(items: readonly Item[], { page, size }: PageQuery): readonly Item[] {
  return items.slice((page - 1) * size, page * size)
}

/**
 * Says in headers which page of how many this is, and links to the others (RFC 8288, in the vendor's relations); an
 * empty list is one empty page.
 */
export function tellPage(
  reply: FastifyReply,
  { url, query: { page, size }, items }: { url: string; query: PageQuery; items: number },
): void {
  const pages = Math.max(1, Math.ceil(items / size))
  const links: (readonly [relation: string, page: number])[] = [
    ['first', 1],
    ...(page > 1 ? [['previous', Math.min(page - 1, pages)] as const] : []),
    ['current', page],
    ...(page < pages ? [['next', page + 1] as const] : []),
    ['last', pages],
  ]
  reply.headers({
    link: links.map(([relation, to]) => `<${url}?page=${to}&size=${size}>; rel="${relation}"`).join(', '),
    'x-total-pages': String(pages),
    'x-total-items': String(items),
    'x-page-size': String(size),
    'x-current-page': String(page),
  })
}
