import { describe, expect, it } from 'vitest'
import type { AuctionCommand } from '../../../src/core/auction/decide'
import {
  ACCEPTED,
  aContender,
  aPlan,
  bid,
  offered,
  pinging,
  planned,
  posting,
  reserving,
  START,
  Story,
  UNKNOWN,
} from '../../support/auction-factories'

const COMMANDS: { readonly [type in AuctionCommand['type']]: AuctionCommand } = {
  plan: { type: 'plan', plan: aPlan() },
  open: { type: 'open' },
  answer: { type: 'answer', contractId: 'a', askedAt: null, answer: bid(30) },
  close: { type: 'close', askedAt: {} },
  take: { type: 'take', receivedAt: START, exclusions: [] },
  reservation: { type: 'reservation', contractId: 'a', denied: null },
  post_answer: { type: 'post_answer', contractId: 'a', tryNumber: 1, answer: ACCEPTED },
  retry: { type: 'retry', contractId: 'a', tryNumber: 2 },
  resolve: { type: 'resolve', contractId: 'a', outcome: 'sold', reference: null },
  recover: { type: 'recover' },
  watchdog: { type: 'watchdog' },
  acknowledge: { type: 'acknowledge', sequence: 1 },
  telling_died: { type: 'telling_died', sequence: 1 },
  tell_again: { type: 'tell_again' },
}

interface Phase {
  readonly name: string
  readonly story: () => Story
  /** The commands that mean something here. Every other one must change nothing. */
  readonly takes: readonly AuctionCommand['type'][]
}

const HOLDS = { contenders: [aContender('a', { onUnknown: 'hold' }), aContender('b')] }

/** Each stands a minute after its last event, so that nothing still has time. */
const PHASES: readonly Phase[] = [
  { name: 'absent', story: () => new Story(), takes: ['plan'] },
  { name: 'planned', story: () => planned(), takes: ['open'] },
  { name: 'pinging', story: () => pinging(), takes: ['answer', 'close', 'recover', 'watchdog'] },
  { name: 'offered', story: () => offered(), takes: ['take'] },
  { name: 'offered and forgotten', story: () => offered().wait(600_000), takes: ['recover', 'watchdog'] },
  { name: 'reserving', story: () => reserving(), takes: ['reservation', 'recover', 'watchdog'] },
  { name: 'posting', story: () => posting(), takes: ['post_answer', 'recover', 'watchdog'] },
  {
    name: 'unknown',
    story: () => posting().posts('a', UNKNOWN),
    takes: ['post_answer', 'retry', 'resolve', 'acknowledge', 'telling_died'],
  },
  {
    name: 'posting again',
    story: () => posting().posts('a', UNKNOWN).wait(1_000).retries('a', 2),
    takes: ['post_answer', 'recover', 'watchdog', 'acknowledge', 'telling_died'],
  },
  {
    name: 'parked',
    story: () => pinging(HOLDS).bids({ a: 30, b: 20 }).grants('a').posts('a', UNKNOWN),
    takes: ['post_answer', 'acknowledge', 'telling_died', 'resolve'],
  },
  { name: 'settled as sold', story: () => posting().posts('a', ACCEPTED), takes: ['acknowledge', 'telling_died'] },
  { name: 'settled without a lead', story: () => offered().wait(600_000).isWatched(), takes: [] },
  { name: 'settled as unsold', story: () => pinging().closes(), takes: ['acknowledge', 'telling_died'] },
]

describe.each(PHASES)('an auction that is $name', ({ story, takes }) => {
  it.each(Object.values(COMMANDS))('is told to $type', (command) => {
    const told = story().wait(60_000).do(command)
    if (takes.includes(command.type)) expect(told.last).not.toEqual([])
    else expect(told.last).toEqual([])
  })

  it.each(Object.values(COMMANDS))('does not hear $type twice', (command) => {
    const told = story().wait(60_000).do(command)
    const { state } = told
    expect(told.do(command).state).toEqual(state)
  })
})
