/** The served OpenAPI document: linted from outside, complete, and true of the running system. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ContractDocument, type Operation } from '../../scripts/fuzz/document.ts'
import { ROOT } from '../../scripts/root.ts'
import { ERROR_CATALOGUE } from '../../src/contracts/error-catalogue'
import { createGavel } from '../../src/http/gavel'
import { ServedGavel } from '../support/served-gavel'

let gavel: ServedGavel
let folder: string
let file: string
let text: string
let document: ContractDocument

beforeAll(async () => {
  gavel = await ServedGavel.start()
  folder = await mkdtemp(join(tmpdir(), 'gavel-openapi-'))
  file = join(folder, 'openapi.json')
  text = await (await fetch(`${gavel.url}/openapi.json`)).text()
  await writeFile(file, text)
  document = new ContractDocument(JSON.parse(text))
})

afterAll(async () => {
  await gavel?.[Symbol.asyncDispose]()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

/** Runs a linter; what it prints on stdout is JSON. */
async function lint(script: string, ...args: readonly string[]): Promise<unknown> {
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', NO_COLOR: '1' }
  const child = spawn(process.execPath, [join(ROOT, 'node_modules', script), ...args], { cwd: folder, env })
  let printed = ''
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    printed += part
  })
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    said += part
  })
  await new Promise((resolve) => child.once('close', resolve))
  const json = /[{[][\s\S]*[}\]]/.exec(printed)?.[0]
  if (json === undefined) throw new Error(`the linter said no JSON: ${said}${printed}`)
  return JSON.parse(json)
}

describe('the linters find nothing', () => {
  it('redocly, recommended', async () => {
    await writeFile(join(folder, 'redocly.yaml'), 'extends: [recommended]\n')
    const args = ['lint', file, '--config', join(folder, 'redocly.yaml'), '--format=json']
    const { problems } = (await lint('@redocly/cli/bin/cli.js', ...args)) as { readonly problems: readonly unknown[] }
    expect(problems).toEqual([])
  })

  it('spectral, spectral:oas', async () => {
    await writeFile(join(folder, 'spectral.yaml'), 'extends: ["spectral:oas"]\n')
    const args = ['lint', file, '-r', join(folder, 'spectral.yaml'), '-f', 'json', '--fail-severity=hint', '-q']
    expect(await lint('@stoplight/spectral-cli/dist/index.js', ...args)).toEqual([])
  })

  it('would find a path without a description of its answers', async () => {
    const broken = JSON.parse(text)
    delete broken.paths['/api/v1/ping'].post.responses
    const brokenFile = join(folder, 'broken.json')
    await writeFile(brokenFile, JSON.stringify(broken))
    await writeFile(join(folder, 'redocly.yaml'), 'extends: [recommended]\n')
    const args = ['lint', brokenFile, '--config', join(folder, 'redocly.yaml'), '--format=json']
    const { problems } = (await lint('@redocly/cli/bin/cli.js', ...args)) as { readonly problems: readonly unknown[] }
    expect(problems).not.toEqual([])
  })
})

describe('the document', () => {
  it('has every route, and no path without one', () => {
    const app = createGavel({} as never, () => {})
    const routes = app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)(?:\{[^}]*\})?/g, '{$1}')}`)
    const described = document.operations.map(({ method, path }) => `${method} ${path}`)
    expect(described.sort()).toEqual([...new Set(routes)].sort())
  })

  it('has every error code with its status and an example', () => {
    const responses = JSON.parse(text).components.responses as { readonly [name: string]: object }
    const shown = Object.keys(responses).flatMap((name) => name.split('.').slice(1))
    expect([...new Set(shown)].sort()).toEqual(Object.keys(ERROR_CATALOGUE).sort())
  })

  it('names the host that it was asked at', () => {
    expect(JSON.parse(text).servers[0].url).toBe(gavel.url)
  })

  it('gives every body an example that its schema takes', () => {
    const parsed = JSON.parse(text)
    const faults: string[] = []
    let examples = 0
    const check = (place: string, pointer: string, value: unknown) => {
      examples += 1
      const fault = document.faultOf(pointer, value)
      if (fault !== null) faults.push(`${place}: ${fault}`)
    }
    const walk = (node: unknown, pointer: string) => {
      if (typeof node !== 'object' || node === null) return
      for (const [name, inner] of Object.entries(node)) {
        const at = `${pointer}/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1')).replaceAll('%7E', '~')}`
        if (name === 'content') {
          for (const [type, media] of Object.entries(inner as { [type: string]: { [name: string]: unknown } })) {
            const schema = `${at}/${encodeURIComponent(type.replaceAll('/', '~1')).replaceAll('%7E', '~')}/schema`
            const { example, examples } = media as {
              example?: unknown
              examples?: { [name: string]: { value: unknown } }
            }
            const values = examples === undefined ? [example] : Object.values(examples).map(({ value }) => value)
            for (const value of values) check(`${pointer} ${type}`, schema, value)
          }
        } else walk(inner, at)
      }
    }
    for (const section of ['paths', 'webhooks']) walk(parsed[section], `/${section}`)
    walk(parsed.components.responses, '/components/responses')
    expect(faults).toEqual([])
    expect(examples).toBeGreaterThan(100)
  })

  it('describes what buyers receive', () => {
    const names = document.received().map(({ path }: Operation) => path)
    expect(names).toEqual(expect.arrayContaining(['ping', 'post', 'lead.sold', 'auction.closed']))
  })
})
