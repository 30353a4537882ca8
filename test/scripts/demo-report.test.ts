import { describe, expect, it } from 'vitest'
import { newKey } from '../../demo/notebook.ts'
import { PLAIN } from '../../demo/paint.ts'
import { reportAuction } from '../../demo/report.ts'
import type { DemoAuction, DemoBid } from '../../demo/sale.ts'
import { isWellFormedApiKey } from '../../src/security/api-keys'

const bid = (overrides: Partial<DemoBid>): DemoBid => ({
  buyer_name: 'Crown Mutual',
  result: 'lost',
  amount: null,
  reason: null,
  detail: null,
  asked_at_ms: 2,
  answered_at_ms: 102,
  duration_ms: 100,
  post: null,
  ...overrides,
})

const auction = (overrides: Partial<DemoAuction>): DemoAuction => ({
  id: `auc_${'Z'.repeat(43)}`,
  lead_id: `ld_${'Z'.repeat(43)}`,
  status: 'sold',
  currency: 'USD',
  revenue: 120,
  payout: 90,
  profit: 30,
  margin_percent: 25,
  closed_at_ms: 610.4,
  close_cause: 'all_answered',
  close_to_post_ms: 98.2,
  bids: [
    bid({ buyer_name: 'Bluebonnet Auto', amount: 42.5, reason: 'outbid', duration_ms: 40 }),
    bid({ result: 'won', amount: 120, post: { started_at_ms: 612, ended_at_ms: 702, reference: 'crown-2' } }),
  ],
  ...overrides,
})

const shown = (overrides: Partial<DemoAuction> = {}) =>
  reportAuction({ auction: auction(overrides), supplier: { name: 'Clickwise', terms: '75 %' }, paint: PLAIN })

describe('the report of an auction', () => {
  it('shows the winner first, with what everyone earned', () => {
    const lines = shown()
    const winner = lines.findIndex((line) => line.startsWith('★ Crown Mutual'))
    expect(winner).toBeGreaterThan(0)
    expect(lines[winner + 1]).toMatch(/^ {2}Bluebonnet Auto .* outbid by 77\.50$/)
    expect(lines.join('\n')).toMatch(
      /revenue +120\.00 USD[\s\S]*payout +90\.00 USD[\s\S]*profit +30\.00 USD +margin 25 %/,
    )
    expect(lines.at(-1)).toBe("  98 ms from close to the buyer's 201, 90 ms of them at the buyer (its lead crown-2)")
  })

  it('fits 100 columns, however long the words of a buyer are', () => {
    const bids = [bid({ buyer_name: 'B'.repeat(200), reason: 'declined', detail: 'because '.repeat(40) })]
    for (const line of shown({ bids, status: 'unsold' })) expect(line.length).toBeLessThanOrEqual(100)
  })

  it('says so when nobody bought', () => {
    const bids = [bid({ reason: 'timed_out' }), bid({ reason: 'below_floor', amount: 3 }), bid({ result: 'pending' })]
    const text = shown({ bids, status: 'unsold', close_to_post_ms: null }).join('\n')
    expect(text).toContain('Not sold: unsold.')
    expect(text).toContain('did not answer in time')
    expect(text).toContain('below floor')
    expect(text).toContain('not known yet')
  })
})

describe('a key of the demo', () => {
  it.each(['ld_live_', 'ld_test_'] as const)('has the form of every %s key', (prefix) => {
    const key = newKey(prefix)
    expect(key.startsWith(prefix)).toBe(true)
    expect(isWellFormedApiKey(key)).toBe(true)
  })
})
