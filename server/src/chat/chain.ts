import type { ChatDetails, ChatEventState, ChatStatus } from './chat.ts'
import type { ChatStatusEvent } from './chatHappening.ts'

/** Where a chat message is on its chain. */
export interface ChainState {
  /** Index of the step that is under way, or that decided. */
  readonly step: number
  readonly status: ChatStatus
  /** That step is with its channel. */
  readonly dispatched: boolean
}

/** What became of the step under way. */
export type StepNews =
  | { readonly kind: 'dispatched' | 'delivered' | 'seen' }
  | {
      readonly kind: 'failed'
      readonly state: StepFailure
      /** A carrier had it before, said so or not. */
      readonly wasDispatched: boolean
      readonly details: ChatDetails
    }

export type StepFailure = Extract<ChatEventState, 'dispatching_failed' | 'failed' | 'unknown'>

/** What follows from news. */
export interface ChainMove {
  readonly state: ChainState
  /** In their order; never empty. */
  readonly events: readonly ChainEvent[]
  /** True: the step that `state` names is to be begun. */
  readonly begins: boolean
}

/** One entry of the history, and what is told of it. */
export interface ChainEvent {
  /** Index of the step that it is about. */
  readonly step: number
  readonly state: ChatEventState
  readonly told: ChatStatusEvent
  readonly details: ChatDetails | null
}

/**
 * One channel after the other until one succeeds. Pure. Null: the news changes nothing, because it repeats what is
 * known or the message is final; only a delivered message may still be seen. What news takes for granted is entered
 * with it where nobody had said so: who has seen a message has received it.
 */
export function advanceChain(state: ChainState, news: StepNews, steps: number): ChainMove | null {
  if (state.status === 'delivered' && news.kind === 'seen') return end(state, 'seen', [event(state, 'seen', 'seen')])
  if (state.status !== 'accepted') return null
  const dispatched = state.dispatched ? [] : [event(state, 'dispatched', 'dispatched')]
  switch (news.kind) {
    case 'dispatched':
      return state.dispatched ? null : { state: { ...state, dispatched: true }, events: dispatched, begins: false }
    case 'delivered':
      return end(state, 'delivered', [...dispatched, event(state, 'success', 'delivered')])
    case 'seen':
      return end(state, 'seen', [...dispatched, event(state, 'success', 'delivered'), event(state, 'seen', 'seen')])
    case 'failed':
      return fail(state, news, news.wasDispatched ? dispatched : [], steps)
    default:
      return news satisfies never
  }
}

function fail(
  state: ChainState,
  { state: failure, details, wasDispatched }: Extract<StepNews, { kind: 'failed' }>,
  before: readonly ChainEvent[],
  steps: number,
): ChainMove {
  const failed = (told: ChatStatusEvent): ChainEvent[] => [...before, { ...event(state, failure, told), details }]
  if (state.step + 1 < steps) {
    const next = { step: state.step + 1, status: 'accepted', dispatched: false } as const
    return { state: next, events: failed('channelFailed'), begins: true }
  }
  const status = failure === 'unknown' ? 'unknown' : 'failed'
  const dispatched = state.dispatched || wasDispatched
  return { state: { ...state, status, dispatched }, events: failed(status), begins: false }
}

function end(state: ChainState, status: ChatStatus, events: readonly ChainEvent[]): ChainMove {
  return { state: { ...state, status, dispatched: true }, events, begins: false }
}

function event({ step }: ChainState, state: ChatEventState, told: ChatStatusEvent): ChainEvent {
  return { step, state, told, details: null }
}
