/** A short run of the fuzzer, and a look at the judge itself: one that finds nothing wrong with anything proves nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ContractDocument } from '../../scripts/fuzz/document.ts'
import { fuzz } from '../../scripts/fuzz/fuzz.ts'
import { SANDBOX_KEY, ServedGavel } from '../support/served-gavel'

/** New requests with every run; the seed of a failure is in its message. */
const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31))
const REQUESTS = 2_500
const MAX_MS = 20_000

let gavel: ServedGavel

beforeAll(async () => {
  gavel = await ServedGavel.start({ env: { BOOTSTRAP_RATE_LIMIT: '100000' } })
})

afterAll(async () => {
  await gavel?.[Symbol.asyncDispose]()
})

describe('requests made by chance', () => {
  it('are never the fault of the server, and are answered as the document says', async () => {
    const report = await fuzz({
      url: gavel.url,
      operatorKey: SANDBOX_KEY,
      requests: REQUESTS,
      seed: SEED,
      maxMs: MAX_MS,
    })
    expect(report.findings, `FUZZ_SEED=${SEED}`).toEqual([])
    expect(report.sent).toBeGreaterThan(300)
    expect(report.reached.size).toBeGreaterThan(20)
    expect(gavel.said).not.toMatch(/request_failed|uncaught|unhandled/i)
  })
})

describe('the judge', () => {
  const answered = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
    status,
    headers: new Headers({
      'x-request-id': 'req_01J9ZQ5F8W3B6T1X0V7K2M4N5P',
      'content-type': status < 400 ? 'application/json' : 'application/problem+json',
      ...headers,
    }),
    text: JSON.stringify(body),
  })

  it('finds a status, a type, a body, a code and a header that the document does not know', async () => {
    const document = await ContractDocument.fetchFrom(gavel.url)
    const operation = document.operations.find(({ id }) => id === 'getSupplierLead')
    if (operation === undefined) throw new Error('the operation is gone')
    const problem = {
      error: 'not_found',
      message: 'There is nothing here.',
      request_id: 'req_01J9ZQ5F8W3B6T1X0V7K2M4N5P',
      type: 'https://gavel.example/errors/not_found',
      title: 'Not found',
      status: 404,
    }
    const judge = (answer: ReturnType<typeof answered>) => document.judge(operation, answer)
    expect(judge(answered(404, problem))).toBeNull()
    expect(judge(answered(418, problem))).toMatch(/status 418/)
    expect(judge(answered(404, problem, { 'content-type': 'text/html' }))).toMatch(/content type/)
    expect(judge(answered(404, { ...problem, title: undefined }))).toMatch(/title/)
    expect(judge(answered(404, { ...problem, error: 'capped' }))).toMatch(/error/)
    expect(judge(answered(404, problem, { 'x-request-id': 'none' }))).toMatch(/X-Request-Id/)
    expect(judge(answered(200, { data: { id: 1 } }))).not.toBeNull()
  })
})
