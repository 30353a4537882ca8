/** Walks the samples on disk: the proposal that comes first, and what it reads from the sample. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkAnswer } from '../../../src/buyers/contract/check-answer'
import { presets } from '../../../src/buyers/presets'
import { readSample } from '../../../src/buyers/trial/read-sample'
import { type AnswerProposalsWire, answerQuestionSchema } from '../../../src/contracts/answer-reading'

/** Before the bids of the samples are over. */
const NOW = Date.parse('2026-05-11T14:22:00Z')

interface Case {
  readonly title: string
  readonly call: 'ping' | 'post'
  readonly sample: { readonly status: number; readonly headers: object; readonly body: unknown }
  readonly first: { readonly preset?: string; readonly answer?: object }
  readonly reading: object
}

function casesIn(folder: string): readonly (readonly [string, Case])[] {
  const path = join(import.meta.dirname, folder)
  return readdirSync(path).map((file) => [file, JSON.parse(readFileSync(join(path, file), 'utf8'))] as const)
}

function read(question: object) {
  const result = readSample(answerQuestionSchema.parse(question), 'USD', NOW)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.body
}

const propose = (question: object) => read(question) as AnswerProposalsWire

describe.each(['known', 'odd'])('%s', (folder) => {
  it.each(casesIn(folder))('%s', (_file, { call, sample, first, reading }) => {
    const { proposals } = propose({ sample, call })
    expect(proposals[0]).toMatchObject({ call, ...first, reading })
    for (const proposal of proposals) {
      const { preset, answer, why, reading: verified } = proposal
      // Whoever takes a proposal gets the reading that it was shown with, from rules that a contract takes.
      expect(read({ sample, call, preset, answer })).toEqual(verified)
      expect(checkAnswer('answer', answer ?? { accepted: [{ on: 'status', op: 'exists' }] })).toEqual([])
      expect(verified.outcome).not.toBe('unknown')
      expect(why).toMatch(/\w{3}/)
    }
  })

  it.each(casesIn(folder))('%s, where nobody says which call it answered', (_file, { sample, first, reading }) => {
    const { verdict: _, ...read } = reading as { verdict?: object }
    const { preset, answer } = first
    const [best] = propose({ sample }).proposals
    expect(best).toMatchObject({ ...(preset === undefined ? { answer } : { preset }), reading: read })
  })
})

describe('proposals', () => {
  it('know every preset by at least two samples', () => {
    const known = casesIn('known').map(([, { first }]) => first.preset)
    for (const name of presets().keys()) {
      expect(known.filter((preset) => preset === name).length, name).toBeGreaterThanOrEqual(2)
    }
  })

  it.each([
    ['a web page', '<html><body>Accepted</body></html>'],
    ['nothing', ''],
    ['a sentence', 'We have received what you sent us.'],
    ['an empty object', '{}'],
  ])('are not made of %s in answer to a ping', (_, body) => {
    expect(propose({ call: 'ping', sample: { body } }).proposals).toEqual([])
  })

  it('take no yes from a status where the body says no', () => {
    const bodies = [
      { status: 2, status_text: 'price_reject' },
      { error: 'no' },
      { result: 'failed', lead_id: 'Y7' },
      'DECLINED',
    ]
    for (const body of bodies) {
      const { proposals } = propose({ call: 'post', sample: { body } })
      expect(proposals.length).toBeGreaterThan(0)
      for (const { reading } of proposals) expect([body, reading.outcome]).not.toEqual([body, 'accepted'])
    }
  })

  it('of an answer that has nothing but its status go by that alone, and say so', () => {
    const [only, ...others] = propose({ call: 'post', sample: { status: 204 } }).proposals
    expect(only).toMatchObject({ preset: 'guide', why: expect.stringContaining('status alone') })
    expect(others).toEqual([])
  })

  it.each(['Sorry, no thanks', '<html><body>Service unavailable</body></html>', { price: 38.5 }])(
    'of %j take no yes from the status: the body says something, whatever it is',
    (body) => {
      expect(propose({ call: 'post', sample: { body } }).proposals).toEqual([])
    },
  )

  it('that would misread their own sample are not made', () => {
    expect(propose({ call: 'ping', sample: { body: { price: 'call 911' } } }).proposals).toEqual([])
  })

  it('leave the status alone where the body has anything to go by', () => {
    const { proposals } = propose({ call: 'post', sample: { body: { decision: 'approved', id: 7 } } })
    expect(proposals.map(({ why }) => why).filter((why) => why.includes('status alone'))).toEqual([])
    expect(proposals[0]).toMatchObject({ reading: { outcome: 'accepted', reference: '7' } })
  })

  it('are made of any JSON without failing, and read what they were made of', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('ping', 'post', undefined), (body, call) => {
        for (const { reading } of propose({ call, sample: { body } }).proposals)
          expect(reading.outcome).not.toBe('unknown')
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['a list of lists', '['.repeat(60) + ']'.repeat(60)],
    ['elements in elements', '<a>'.repeat(60) + '</a>'.repeat(60)],
    [
      'thousands of members',
      JSON.stringify(Object.fromEntries(Array.from({ length: 4_000 }, (_, at) => [`k${at}`, at]))),
    ],
    ['one long word', 'x'.repeat(65_000)],
    ['many delimiters', '1|'.repeat(30_000)],
    ['__proto__', '{"__proto__":{"accepted":true},"constructor":{"price":3}}'],
  ])('of %s are made in no time', (_, body) => {
    const started = performance.now()
    propose({ sample: { body } })
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})
