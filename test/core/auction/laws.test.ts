/**
 * The law suite that every distribution must pass, over random plans and random histories.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AuctionCommand } from '../../../src/core/auction/decide'
import { isClosed } from '../../../src/core/auction/state'
import { nextWakeAt } from '../../../src/core/auction/timing'
import { histories, nextCommand, type Step } from './histories'
import { expectLaws, expectNoStepBack } from './laws'
import { type Durability, ObjectModel } from './object-model'
import { DISTRIBUTIONS, planFor } from './plans'

function atItsTime(command: AuctionCommand, now: number): AuctionCommand {
  return command.type === 'take' ? { ...command, receivedAt: now } : command
}

/** Lets one thing happen, and looks whether the laws still hold where it changed anything. */
function take(model: ObjectModel, step: Step): void {
  const before = model.state
  happen(model, step)
  if (model.state !== before) expectLaws(model)
}

function happen(model: ObjectModel, step: Step): void {
  const before = model.state
  switch (step.kind) {
    case 'tell':
    case 'next': {
      const command = step.kind === 'tell' ? step.command : atItsTime(nextCommand(before, step.choice), model.now)
      // A retry that comes next by itself comes when it is due.
      if (step.kind === 'next' && command.type === 'retry') model.waitForRetry(command.contractId)
      const events = model.do(command)
      expectNoStepBack(before, model.state, events)
      if (command.type === 'close' && isClosed(before)) expect(events).toEqual([])
      return
    }
    case 'wait':
      model.now += step.ms
      return
    case 'wake':
      model.now = Math.max(model.now, nextWakeAt(model.state) ?? model.now)
      model.do({ type: 'watchdog' })
      return
    case 'crash':
      model.crash()
      // What the database has heard of is never unsaid, nor said with the same number and another meaning.
      expect(model.state.phase === 'absent' ? 0 : model.state.sequence).toBe(model.told)
      model.do(model.state.phase === 'planned' ? { type: 'open' } : { type: 'recover' })
  }
}

/** Far more than is needed, for a machine that is busy with other things. */
const TIMEOUT_MS = 120_000

describe.each(DISTRIBUTIONS)('the laws of %s', { timeout: TIMEOUT_MS }, (distribution) => {
  it.each<Durability>(['whole_record', 'last_vital_event'])(
    'hold in every history, where a crash leaves the %s',
    (durability) => {
      fc.assert(
        fc.property(planFor(distribution), histories, (plan, history) => {
          const model = new ObjectModel(plan, durability)
          for (const step of history) take(model, step)
        }),
        { numRuns: 150 },
      )
    },
  )

  it('bring every history to an end, by the clock and the retries alone', () => {
    fc.assert(
      fc.property(planFor(distribution), histories, (plan, history) => {
        const model = new ObjectModel(plan, 'whole_record')
        for (const step of history) take(model, step)
        runDown(model)
        expectLaws(model)
        if (model.state.phase === 'settled') return
        const stages = isClosed(model.state) ? model.state.attempts.map(({ stage }) => stage) : []
        expect(stages.some((stage) => stage.at === 'unknown' && stage.parked)).toBe(true)
        expect(stages.every((stage) => stage.at !== 'unknown' || stage.parked)).toBe(true)
      }),
      { numRuns: 100 },
    )
  })
})

/** Nobody answers any more: only the watchdog looks, opens what was planned, and sends the retries that are due. */
function runDown(model: ObjectModel): void {
  for (let looks = 0; looks < 100; looks++) {
    const at = nextWakeAt(model.state)
    if (at === null || model.state.phase === 'settled') return
    model.now = Math.max(model.now, at)
    if (model.state.phase === 'planned') model.do({ type: 'open' })
    model.do({ type: 'watchdog' })
    if (!isClosed(model.state)) continue
    model.do({ type: 'acknowledge', sequence: model.state.sequence })
    for (const { contractId, stage } of model.state.attempts) {
      if (stage.at === 'unknown') model.do({ type: 'retry', contractId, tryNumber: stage.tryNumber + 1 })
    }
  }
  throw new Error(`no end: ${JSON.stringify(model.state)}`)
}
