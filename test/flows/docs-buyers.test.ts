/**
 * Runs the guide for connecting buyers as its reader would: all `sh` blocks, in their order, in one shell, against a served
 * Gavel and the buyer that the guide describes. What a block prints is compared with the `json` block below it.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../../scripts/root.ts'
import { presets } from '../../src/buyers/presets'
import { PIPE_NAMES } from '../../src/buyers/template/pipes'
import { authSchema, ruleSchema } from '../../src/contracts/buyer-contract'
import { PERSONAL_NAMES } from '../../src/contracts/field-catalogue'
import { expectOutput, firstLine, runSteps, stepsOf } from '../support/documented-commands'
import { answer, HttpBuyer } from '../support/http-buyer'
import { SANDBOX_KEY, ServedGavel } from '../support/served-gavel'

const GUIDE = await readFile(join(ROOT, 'docs/buyers.md'), 'utf8')
const STEPS = stepsOf(GUIDE)

let gavel: ServedGavel
let buyer: HttpBuyer
let folder: string
let outputs: readonly string[]

beforeAll(async () => {
  buyer = await HttpBuyer.start()
  buyer.whenPinged(answer(200, { decision: 'approved', offer: { price: '38.50' }, quote_id: 'q-17' }))
  buyer.whenPosted(answer(201, { decision: 'approved', lead_ref: 'B-77' }))
  gavel = await ServedGavel.start()
  folder = await mkdtemp(join(tmpdir(), 'gavel-guide-'))
  const env = { PATH: process.env.PATH, GAVEL: gavel.url, KEY: SANDBOX_KEY, BUYER: buyer.url }
  outputs = await runSteps(STEPS, { cwd: folder, env })
})

afterAll(async () => {
  await buyer?.close()
  await gavel?.[Symbol.asyncDispose]()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

describe('docs/buyers.md', () => {
  it('has every curl command in a block that is run', () => {
    expect(STEPS.length).toBeGreaterThan(8)
    const outside = GUIDE.replace(/^```sh\n[\s\S]*?^```$/gm, '')
    expect(outside).not.toMatch(/\bcurl -|\bgavel (?:GET|POST|PUT|PATCH|DELETE)/)
    const calls = STEPS.map(({ commands }) => commands).join('\n')
    expect(calls.match(/\b(?:curl -s|gavel (?:GET|POST|PUT))/g)?.length).toBeGreaterThan(10)
  })

  it.each(STEPS.map((step, index) => [firstLine(step), step, index] as const))('%s', (_, step, index) => {
    expectOutput(step, outputs[index])
  })

  it('sells one lead, after a trial that was sent to the test URLs', () => {
    const paths = [...buyer.pings, ...buyer.posts].map(({ path }) => path)
    expect(paths).toEqual(['/ping?test=1', '/ping', '/leads?test=1', '/leads'])
    expect(JSON.parse(buyer.posts[1]?.body ?? '')).toMatchObject({ quote: 'q-17', name: 'Ana Torres' })
  })

  it.each([
    ['presets', [...presets().keys()]],
    ['pipes', PIPE_NAMES],
    ['kinds of credentials', authSchema.options.map(({ shape }) => shape.type.value)],
    ['operators', ruleSchema.shape.op.options],
  ])('names all %s', (_, names) => {
    for (const name of names) expect(GUIDE).toMatch(new RegExp(`\`${name}(?:\`|:)`))
  })

  it('names what is personal in words', () => {
    const words: { readonly [name: string]: RegExp } = {
      dob: /date of birth/,
      date_of_birth: /date of birth/,
      address: /street/,
    }
    for (const name of PERSONAL_NAMES)
      expect(GUIDE).toMatch(words[name] ?? new RegExp(name.replace(/^.*_(?=name$)|_.*$/, ''), 'i'))
  })
})
