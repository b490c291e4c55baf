import type { RouteShorthandOptions } from 'fastify'

/** The schema of the body only describes it: what reads it names more mistakes at once, and knows more of them. */
export const readByHand = { validatorCompiler: () => () => true } satisfies RouteShorthandOptions
