import { describe, expect, it } from 'vitest'
import { runSim } from './support'

/** Far more than is needed, for a machine that is busy with other things. */
const TIMEOUT_MS = 120_000

/** Faults that some hundred histories find; `npm run sim:mutants` plants them all. */
const SOON_FOUND = [
  'failover-on-timeout',
  'interrupted-is-a-no',
  'bare-status-resolves',
  'unknown-frees-its-place',
  'copy-for-everyone',
  'settles-over-an-unknown',
  'unknown-is-not-told',
  'below-the-floor',
  'intent-not-written',
  'no-output-gate',
  'early-acknowledgement',
  'answer-not-kept',
  'answer-not-saved',
  'new-key-for-each-try',
  'counted-at-commit',
  'release-without-tombstone',
  'hold-expires',
  'key-not-remembered',
  'identity-not-claimed',
  'no-unique-key-on-the-sale',
  'projection-added-twice',
]

describe('the simulator', { timeout: TIMEOUT_MS }, () => {
  it('finds every invariant kept', async () => {
    const { code, said } = await runSim('main', '--seeds', '4000', '--seed', '1')
    expect(said).toContain('4000 histories from seed 1: every invariant held')
    expect(code).toBe(0)
  })

  it('finds planted faults', async () => {
    const { code, said } = await runSim('mutants', '--seeds', '4000', '--only', SOON_FOUND.join())
    expect(said).toContain(`${SOON_FOUND.length} mutants, ${SOON_FOUND.length} caught, 0 survived`)
    expect(code).toBe(0)
  })

  it('says so where a fault survives', async () => {
    const { code, said } = await runSim('mutants', '--seeds', '1', '--seed', '1', '--only', 'retry-not-fenced')
    expect(said).toContain('SURVIVED  retry-not-fenced')
    expect(code).toBe(1)
  })

  it('says what is wrong with an option', async () => {
    const { code, said } = await runSim('main', '--seeds', 'many')
    expect(said).toContain('--seeds: expected a whole number from 1 to 1000000000, found "many"')
    expect(code).toBe(2)
  })
})
