/**
 * Runs the guide for connecting buyers as its reader would: all `sh` blocks, in their order, in one shell, against a served
 * Gavel and the buyer that the guide describes. What a block prints is compared with the `json` block below it.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../../scripts/root.ts'
import { presets } from '../../src/buyers/presets'
import { PIPE_NAMES } from '../../src/buyers/template/pipes'
import { authSchema, ruleSchema } from '../../src/contracts/buyer-contract'
import { PERSONAL_NAMES } from '../../src/contracts/field-catalogue'
import { answer, HttpBuyer } from '../support/http-buyer'
import { SANDBOX_KEY, ServedGavel } from '../support/served-gavel'

interface Block {
  readonly language: string
  readonly text: string
}

interface Step {
  readonly commands: string
  /** Null where nothing is said of what comes. */
  readonly expected: unknown
}

/** Between the outputs of two steps; no JSON holds it. */
const SEPARATOR = '\u001e'

const GUIDE = await readFile(join(ROOT, 'docs/buyers.md'), 'utf8')
const STEPS = stepsOf(blocksOf(GUIDE))

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
  outputs = await runAll(STEPS.map(({ commands }) => commands))
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

  it.each(STEPS.map((step, index) => [firstLine(step), step, index] as const))('%s', (_, { expected }, index) => {
    const output = outputs[index]
    expect(output, 'a step before this one failed').toBeDefined()
    if (expected !== null) expect(JSON.parse(output ?? '')).toMatchObject(loosely(expected) as object)
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

/** Every call must succeed, or the shell stops there. */
const PRELUDE = `set -euo pipefail
curl() { command curl --fail-with-body --max-time 30 "$@"; }
`

/** @returns what each step printed, as far as they got */
async function runAll(steps: readonly string[]): Promise<readonly string[]> {
  const script = PRELUDE + steps.map((commands) => `${commands}\nprintf '\\x1e'\n`).join('')
  const env = { PATH: process.env.PATH, GAVEL: gavel.url, KEY: SANDBOX_KEY, BUYER: buyer.url }
  const shell = spawn('bash', ['-s'], { cwd: folder, env, stdio: ['pipe', 'pipe', 'inherit'] })
  shell.stdin.end(script)
  let printed = ''
  for await (const chunk of shell.stdout.setEncoding('utf8')) printed += chunk
  const parts = printed.split(SEPARATOR)
  const rest = parts.pop() ?? ''
  if (rest !== '') console.error(rest)
  return parts
}

function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    language,
    text,
  }))
}

function stepsOf(blocks: readonly Block[]): readonly Step[] {
  return blocks.flatMap(({ language, text }, index) => {
    const next = blocks[index + 1]
    const expected = next?.language === 'json' ? JSON.parse(next.text) : null
    return language === 'sh' ? [{ commands: text, expected }] : []
  })
}

function firstLine({ commands }: Step): string {
  return commands.split('\n', 1)[0] ?? ''
}

/** A text with `…` in it stands for all texts with something there; of a list, each item for the one at its place. */
function loosely(expected: unknown): unknown {
  if (typeof expected === 'string' && expected.includes('…')) {
    const parts = expected.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    return expect.stringMatching(new RegExp(`^${parts.join('[\\s\\S]+')}$`))
  }
  if (Array.isArray(expected)) return expected.map(loosely)
  if (typeof expected !== 'object' || expected === null) return expected
  return Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, loosely(value)]))
}
