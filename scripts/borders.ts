/**
 * Holds the borders between folders: who may import whom, and that core stays pure.
 *
 * The table below is the architecture. A line that breaks it is a mistake of the line; where it is not, change the table and
 * say why in docs/decisions.md.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { ROOT } from './root.ts'

interface Border {
  /** Folders besides the folder itself. */
  readonly folders: readonly string[]
  /** Packages by name; what is below one, as `drizzle-orm/d1`, belongs to it. */
  readonly packages: readonly string[]
}

const EVERYTHING = 'everything'
const ZOD = ['zod', '@hono/zod-openapi']

export const BORDERS: { readonly [folder: string]: Border | typeof EVERYTHING } = {
  'src/core': { folders: [], packages: [] },
  'src/contracts': { folders: ['src/core'], packages: ZOD },
  'src/buyers': {
    folders: ['src/core', 'src/contracts'],
    packages: ['liquidjs', 'fast-xml-parser', 'node:crypto', ...ZOD],
  },
  'src/security': {
    folders: ['src/core', 'src/contracts'],
    packages: ['jose', 'ipaddr.js', 'node:buffer', 'node:crypto'],
  },
  'src/stores': { folders: ['src/core', 'src/contracts'], packages: ['drizzle-orm', 'node:buffer'] },
  'src/snapshots': {
    folders: ['src/core', 'src/contracts', 'src/security', 'src/stores', 'src/buyers'],
    packages: ['jose'],
  },
  'src/privacy': { folders: ['src/core', 'src/contracts', 'src/security', 'src/stores'], packages: [] },
  'src/http': {
    folders: ['src/core', 'src/contracts', 'src/security', 'src/stores'],
    packages: ['hono', ...ZOD],
  },
  'src/queues': { folders: ['src/core', 'src/contracts', 'src/security', 'src/stores'], packages: ZOD },
  'src/pages': { folders: ['src/core', 'src/contracts', 'src/security', 'src/stores'], packages: ['hono'] },
  'durable-objects': {
    folders: ['src/core', 'src/contracts', 'src/buyers', 'src/security'],
    packages: ['cloudflare:workers'],
  },
  workers: EVERYTHING,
}

/** What the compiler cannot keep out of core, as the language itself has it; and what it should not have to find. */
const IMPURE: readonly { readonly pattern: RegExp; readonly words: string }[] = [
  { pattern: /\bDate\s*\.\s*now\b/, words: 'Date.now' },
  { pattern: /\bnew\s+Date\s*(?:\(\s*\)|(?!\s*\()\b)/, words: 'new Date() without arguments' },
  { pattern: /(?<!new\s+)\bDate\s*\(/, words: 'Date()' },
  { pattern: /\bMath\s*\.\s*random\b/, words: 'Math.random' },
  { pattern: /(?<!node:)\bcrypto\b/, words: 'crypto' },
  { pattern: /\bfetch\s*\(/, words: 'fetch' },
  { pattern: /\bperformance\s*\.\s*now\b/, words: 'performance.now' },
]

export interface SourceFile {
  /** From the project's root, with slashes. */
  readonly path: string
  readonly text: string
}

/** @returns one line of words for each breach, with its place */
export function breachesIn({ path, text }: SourceFile): readonly string[] {
  const folder = folderOf(path)
  const border = folder === null ? undefined : BORDERS[folder]
  if (folder === null || border === undefined) return [`${path}: no border is drawn for this folder`]
  const imports = border === EVERYTHING ? [] : importBreaches({ path, text }, folder, border)
  return folder === 'src/core' ? [...imports, ...impurities({ path, text })] : imports
}

function importBreaches({ path, text }: SourceFile, folder: string, border: Border): readonly string[] {
  return importsOf(text).flatMap(({ specifier, line }) => {
    const words = refusalOf({ specifier, path, folder, border })
    return words === null ? [] : [`${path}:${line}: ${folder} may not import ${words}`]
  })
}

interface Judged {
  readonly specifier: string
  readonly path: string
  readonly folder: string
  readonly border: Border
}

/** @returns what must not be imported, or null where it may be */
function refusalOf({ specifier, path, folder, border }: Judged): string | null {
  if (!specifier.startsWith('.')) {
    const isAllowed = border.packages.some((name) => specifier === name || specifier.startsWith(`${name}/`))
    return isAllowed ? null : specifier
  }
  const target = posix.join(posix.dirname(path), specifier)
  const targetFolder = folderOf(`${target}/`)
  const isAllowed = targetFolder === folder || (targetFolder !== null && border.folders.includes(targetFolder))
  return isAllowed ? null : (targetFolder ?? target)
}

/** The folder of the table that a path is in; null where it is in none. */
function folderOf(path: string): string | null {
  return Object.keys(BORDERS).find((folder) => path.startsWith(`${folder}/`)) ?? null
}

/** `import` and `export … from` at the beginning of a statement, types as well; then `import()` and `require()` anywhere. */
const STATIC_IMPORT = /(?:^|[;}])[ \t]*(?:import|export)\b(?:[\w$\s{},*]*?\bfrom\b)?\s*(['"])(?<specifier>[^'"\n]+)\1/gm
const DYNAMIC_IMPORT = /\b(?:import|require)\s*\(\s*(['"`])(?<specifier>[^'"`\n]+)\1/g

function importsOf(text: string): readonly { readonly specifier: string; readonly line: number }[] {
  const matches = [...text.matchAll(STATIC_IMPORT), ...text.matchAll(DYNAMIC_IMPORT)]
  return matches.map((match) => {
    const end = match.index + match[0].length
    return { specifier: match.groups?.specifier ?? '', line: text.slice(0, end).split('\n').length }
  })
}

function impurities({ path, text }: SourceFile): readonly string[] {
  return text.split('\n').flatMap((line, index) => {
    if (/^\s*(?:\*|\/\*|\/\/)/.test(line)) return []
    return IMPURE.filter(({ pattern }) => pattern.test(line)).map(
      ({ words }) => `${path}:${index + 1}: src/core may not use ${words}`,
    )
  })
}

/** @returns every source file that the borders are about */
export function sourceFiles(root = ROOT): readonly SourceFile[] {
  return ['src', 'durable-objects', 'workers'].flatMap((folder) =>
    readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.[cm]?[jt]sx?$/.test(name))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .map((path) => ({ path, text: readFileSync(`${root}/${path}`, 'utf8') })),
  )
}

if (import.meta.main) {
  const files = sourceFiles()
  const breaches = files.flatMap(breachesIn)
  for (const breach of breaches) console.error(breach)
  console.log(`${files.length} files, ${breaches.length} imports across a border`)
  process.exitCode = breaches.length === 0 ? 0 : 1
}
