import { describe, expect, it } from 'vitest'
import { BORDERS, breachesIn, sourceFiles } from '../../scripts/borders.ts'

const breaches = (path: string, text: string) => breachesIn({ path, text })

describe('the borders', () => {
  it('are kept by every file of the project', () => {
    const files = sourceFiles()
    expect(files.length).toBeGreaterThan(100)
    expect(files.flatMap(breachesIn)).toEqual([])
  })

  /** Every folder, and what lies just beyond its border. */
  const beyond: readonly (readonly [folder: string, ...specifiers: string[]])[] = [
    ['src/core', '../contracts/x', '../stores/x', 'zod', 'hono', 'node:crypto', 'cloudflare:workers'],
    ['src/contracts', '../buyers/x', '../security/x', '../stores/x', 'hono', 'drizzle-orm'],
    ['src/buyers', '../security/x', '../stores/x', '../http/x', '../../durable-objects/x', 'hono'],
    ['src/security', '../buyers/x', '../stores/x', '../http/x', 'zod'],
    ['src/stores', '../security/x', '../buyers/x', '../http/x', '../snapshots/x', 'hono'],
    ['src/snapshots', '../http/x', '../queues/x', '../../durable-objects/x', 'drizzle-orm'],
    ['src/privacy', '../buyers/x', '../snapshots/x', '../http/x', '../../durable-objects/x', 'drizzle-orm'],
    [
      'src/http',
      '../buyers/x',
      '../snapshots/x',
      '../queues/x',
      '../pages/x',
      '../../durable-objects/x',
      'drizzle-orm',
    ],
    ['src/queues', '../buyers/x', '../snapshots/x', '../http/x', '../pages/x', '../../durable-objects/x'],
    ['src/pages', '../buyers/x', '../snapshots/x', '../http/x', '../queues/x', '../../durable-objects/x'],
    ['durable-objects', '../src/stores/x', '../src/http/x', '../src/snapshots/x', '../src/queues/x', 'drizzle-orm'],
  ]

  it.each(beyond)('of %s stop what lies beyond them', (folder, ...specifiers) => {
    const toRoot = '../'.repeat(folder.split('/').length)
    for (const specifier of [...specifiers, `${toRoot}workers/config`, `${toRoot}scripts/root`, 'left-pad']) {
      const found = breaches(`${folder}/file.ts`, `import { x } from '${specifier}'\n`)
      expect(found, specifier).toHaveLength(1)
      expect(found[0]).toMatch(`${folder}/file.ts:1: ${folder} may not import `)
    }
  })

  it('are drawn for every folder, so that a new one needs a decision', () => {
    expect(beyond.map(([folder]) => folder)).toEqual(Object.keys(BORDERS).filter((folder) => folder !== 'workers'))
    expect(breaches('src/utils/text.ts', '')).toEqual(['src/utils/text.ts: no border is drawn for this folder'])
  })

  it('let workers import all', () => {
    expect(breaches('workers/index.ts', "import { x } from '../src/http/gavel'\nimport { y } from 'ulid'\n")).toEqual(
      [],
    )
  })

  it('let a folder import itself and what the table gives it', () => {
    const text = "import { a } from './b'\nimport { c } from '../lead/d'\nimport { e } from '../../core/money/micros'\n"
    expect(breaches('src/http/guide/ping.ts', text.replace('../lead/d', '../app'))).toEqual([])
  })

  it.each([
    ["import type { A } from '../../stores/a'", 1],
    ["import {\n  a,\n  type B,\n} from '../../stores/a'", 4],
    ["import * as a from '../../stores/a'", 1],
    ["import a, { b } from '../../stores/a'", 1],
    ["import '../../stores/a'", 1],
    ["export * from '../../stores/a'", 1],
    ["export { a } from '../../stores/a'", 1],
    ["export type { A } from '../../stores/a'", 1],
    ["const a = await import('../../stores/a')", 1],
    ["type A = import('../../stores/a').A", 1],
    ["const a = require('../../stores/a')", 1],
    ["const one = 1; import { a } from '../../stores/a'", 1],
    ['import { a } from "../../stores/a"', 1],
    ["import { a } from '../auction/../../stores/a'", 1],
  ])('see %s', (text, line) => {
    expect(breaches('src/core/auction/file.ts', `${text}\n`)).toEqual([
      `src/core/auction/file.ts:${line}: src/core may not import src/stores`,
    ])
  })

  it('take no words for an import', () => {
    const text = "/** Taken from 'elsewhere'. */\nexport const words = 'import a from b'\nexport const from = 'x'\n"
    expect(breaches('src/core/file.ts', text)).toEqual([])
  })
})

describe('core', () => {
  it.each([
    ['const now = Date.now()', 'Date.now'],
    ['const now = Date\u0020.now()', 'Date.now'],
    ['const now = new Date()', 'new Date() without arguments'],
    ['const now = new Date', 'new Date() without arguments'],
    ['const text = Date()', 'Date()'],
    ['const draw = Math.random()', 'Math.random'],
    ['const id = crypto.randomUUID()', 'crypto'],
    ['const id = globalThis.crypto.randomUUID()', 'crypto'],
    ['const answer = await fetch(url)', 'fetch'],
    ['const at = performance.now()', 'performance.now'],
  ])('may not say %s', (text, words) => {
    expect(breaches('src/core/file.ts', `${text}\n`)).toContain(`src/core/file.ts:1: src/core may not use ${words}`)
  })

  it('may turn a time that it was given into a date, and speak of clocks', () => {
    const text =
      '// never Date.now()\nconst at = new Date(now).toISOString()\nconst year = new Date(Date.UTC(2026, 0))\n'
    expect(breaches('src/core/file.ts', text)).toEqual([])
  })

  it('alone is held to that', () => {
    expect(breaches('workers/services.ts', 'const now = () => Date.now()\n')).toEqual([])
  })
})
