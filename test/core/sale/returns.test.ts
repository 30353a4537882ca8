import { describe, expect, it } from 'vitest'
import { DEFAULT_RETURN_TERMS, judgeReturn, type ReturnTerms } from '../../../src/core/sale/returns'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const SOLD_AT = Date.parse('2026-11-01T10:00:00Z')
const judged = (terms: Partial<ReturnTerms>, afterMs: number, reason: 'wrong_number' | 'duplicate' = 'wrong_number') =>
  judgeReturn({ ...DEFAULT_RETURN_TERMS, ...terms }, { reason, soldAt: SOLD_AT, now: SOLD_AT + afterMs })

describe('a return', () => {
  it('waits for the operator where the contract says nothing, for seven days and not a moment longer', () => {
    expect(judged({}, 0)).toEqual({ kind: 'ask_operator' })
    expect(judged({}, 7 * DAY)).toEqual({ kind: 'ask_operator' })
    expect(judged({}, 7 * DAY + 1)).toEqual({ kind: 'window_closed', closedAt: SOLD_AT + 7 * DAY })
  })

  it('is never possible where the window has no days', () => {
    expect(judged({ windowDays: 0 }, 0)).toMatchObject({ kind: 'window_closed' })
  })

  it('is taken for the reasons of the contract alone', () => {
    expect(judged({ reasons: ['duplicate'] }, 0)).toEqual({ kind: 'reason_not_taken' })
    expect(judged({ reasons: ['duplicate'] }, 0, 'duplicate')).toEqual({ kind: 'ask_operator' })
  })

  it('is decided by the first rule that fits in reason and time', () => {
    const automatic = [
      { decision: 'approve', reasons: ['wrong_number'], withinHours: 24 },
      { decision: 'deny', reasons: null, withinHours: null },
    ] as const
    expect(judged({ automatic }, 24 * HOUR)).toEqual({ kind: 'decided', decision: 'approve' })
    expect(judged({ automatic }, 24 * HOUR + 1)).toEqual({ kind: 'decided', decision: 'deny' })
    expect(judged({ automatic }, 0, 'duplicate')).toEqual({ kind: 'decided', decision: 'deny' })
    expect(judged({ automatic: automatic.slice(0, 1) }, 0, 'duplicate')).toEqual({ kind: 'ask_operator' })
  })
})
