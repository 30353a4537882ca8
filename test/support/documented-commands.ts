/**
 * Runs a page of the documentation as its reader would: all `sh` blocks, in their order, in one shell. What a block prints is
 * compared with the `json` block below it.
 */
import { spawn } from 'node:child_process'
import { expect } from 'vitest'

interface Block {
  readonly language: string
  readonly text: string
}

export interface Step {
  readonly commands: string
  /** Null where nothing is said of what comes. */
  readonly expected: unknown
}

/** Between the outputs of two steps; no JSON holds it. */
const SEPARATOR = '\u001e'

/** Every call must succeed, or the shell stops there. */
const PRELUDE = `set -euo pipefail
curl() { command curl --fail-with-body --max-time 30 "$@"; }
`

export interface ShellPlace {
  readonly cwd: string
  readonly env: { readonly [name: string]: string | undefined }
}

/** @returns what each step printed, as far as they got */
export async function runSteps(steps: readonly Step[], { cwd, env }: ShellPlace): Promise<readonly string[]> {
  const script = PRELUDE + steps.map(({ commands }) => `${commands}\nprintf '\\x1e'\n`).join('')
  const shell = spawn('bash', ['-s'], { cwd, env, stdio: ['pipe', 'pipe', 'inherit'] })
  shell.stdin.end(script)
  let printed = ''
  for await (const chunk of shell.stdout.setEncoding('utf8')) printed += chunk
  const parts = printed.split(SEPARATOR)
  const rest = parts.pop() ?? ''
  if (rest !== '') console.error(rest)
  return parts
}

/** @returns the steps of a page in Markdown */
export function stepsOf(markdown: string): readonly Step[] {
  const blocks = blocksOf(markdown)
  return blocks.flatMap(({ language, text }, index) => {
    const next = blocks[index + 1]
    const expected = next?.language === 'json' ? JSON.parse(next.text) : null
    return language === 'sh' ? [{ commands: text, expected }] : []
  })
}

function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    language,
    text,
  }))
}

/** @returns the name of a step for a test */
export function firstLine({ commands }: Step): string {
  return commands.split('\n', 1)[0] ?? ''
}

/** Fails where the output is not as the page says. */
export function expectOutput({ expected }: Step, output: string | undefined): void {
  expect(output, 'a step before this one failed').toBeDefined()
  if (expected !== null) expect(JSON.parse(output ?? '')).toMatchObject(loosely(expected) as object)
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
