/** The collection as newman runs it: every request of the document once, each accepted, each answer tested. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ContractDocument } from '../../scripts/fuzz/document.ts'
import { ROOT } from '../../scripts/root.ts'
import { answer, HttpBuyer } from '../support/http-buyer'
import { SANDBOX_KEY, ServedGavel } from '../support/served-gavel'

interface Execution {
  readonly item: { readonly name: string }
  readonly response?: { readonly code: number; readonly stream: { readonly data: readonly number[] } }
  readonly assertions?: readonly { readonly assertion: string; readonly error?: { readonly message: string } }[]
}

let gavel: ServedGavel
let buyer: HttpBuyer
let folder: string

beforeAll(async () => {
  buyer = await HttpBuyer.start()
  buyer.whenPinged(answer(200, { accepted: true, bid_price: 38.5 }))
  buyer.whenPosted(answer(201, { id: 'B-77' }))
  gavel = await ServedGavel.start()
  folder = await mkdtemp(join(tmpdir(), 'gavel-newman-'))
})

afterAll(async () => {
  await buyer?.close()
  await gavel?.[Symbol.asyncDispose]()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

async function newman(...args: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const script = join(ROOT, 'node_modules/newman/bin/newman.js')
  const child = spawn(process.execPath, [script, ...args], { cwd: folder, env: { ...process.env, NO_COLOR: '1' } })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      said += part
    })
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, said }
}

describe('the Postman collection', () => {
  it('runs green from top to bottom, and makes every call of the document', async () => {
    const report = join(folder, 'report.json')
    const { code, said } = await newman(
      ...['run', `${gavel.url}/postman.json`, '-e', `${gavel.url}/postman/sandbox.json`],
      ...['--env-var', `operatorKey=${SANDBOX_KEY}`, '--env-var', `buyerUrl=${buyer.url}`],
      ...['-r', 'json', '--reporter-json-export', report],
    )
    const { run } = JSON.parse(await readFile(report, 'utf8')) as {
      readonly run: { readonly executions: readonly Execution[] }
    }
    const failures = run.executions.flatMap(({ item, response, assertions = [] }) => {
      const body = Buffer.from(response?.stream.data ?? [])
        .toString()
        .slice(0, 400)
      return assertions.flatMap(({ assertion, error }) =>
        error === undefined ? [] : [`${item.name}: ${assertion}: ${error.message} ${body}`],
      )
    })
    expect(failures).toEqual([])
    expect([code, said]).toEqual([0, said])
    const { operations } = await ContractDocument.fetchFrom(gavel.url)
    // What a script asks besides, to wait for something, is reported under the name of its call.
    const names = run.executions.map(({ item }) => item.name)
    const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index))
    expect([...repeated]).toEqual(['Return a lead that was bought'])
    expect(new Set(names).size).toBe(operations.length)
    expect(run.executions.flatMap(({ assertions = [] }) => assertions).length).toBeGreaterThan(
      3 * operations.length - 1,
    )
    // Two are sold by calls of suppliers, the others are seeded.
    expect(buyer.posts.length).toBe(2 + 3)
  })

  it('is red with a key that is none', async () => {
    const args = ['run', `${gavel.url}/postman.json`, '--env-var', 'operatorKey=wrong', '-r', 'cli', '--bail']
    expect((await newman(...args)).code).toBe(1)
  })

  it.for(['sandbox', 'production'])('has an environment for %s without a key in it', async (name) => {
    const environment = await (await fetch(`${gavel.url}/postman/${name}.json`)).json()
    expect(environment).toMatchObject({
      values: expect.arrayContaining([{ key: 'baseUrl', value: gavel.url, enabled: true }]),
    })
  })
})
