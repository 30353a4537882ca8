/**
 * `npm run torture:mutants`: plants one fault after the other in a copy of the project, and has each tortured for a few kills. A
 * fault that survives means that the torture would not have found it in the exchange either.
 *
 *     npm run torture:mutants -- --kills 12 --seed 1
 *     npm run torture:mutants -- --only failover-on-timeout,intent-not-written
 *
 * Ends with 0 where every mutant was caught, 1 where one survived, 2 where it was asked in a wrong way.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { MUTANTS, type Mutant } from './mutants/list.ts'
import { ROOT } from './root.ts'

/** What a copy of the project is made of; the packages are those of the project itself. */
const LEFT_OUT = ['node_modules', 'dist', '.git', '.state', '.wrangler']
const MAX_TORTURE_MS = 600_000
const FIRST_MISMATCH = /^THE BOOKS DO NOT AGREE.*\n(.*)$/m

function chosen(only: string | undefined): readonly Mutant[] {
  const names = only?.split(',') ?? null
  const unknown = names?.find((name) => MUTANTS.every((mutant) => mutant.name !== name))
  if (unknown !== undefined) {
    console.error(`--only: expected names of ${MUTANTS.map(({ name }) => name).join(', ')}; found "${unknown}"`)
    process.exit(2)
  }
  return MUTANTS.filter(({ name }) => names === null || names.includes(name))
}

/** @returns how it was found, or null where it was not */
function hunt(mutant: Mutant, args: readonly string[]): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-mutant-'))
  const stateDir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'gavel-mutant-'))
  try {
    for (const name of readdirSync(ROOT)) {
      if (!LEFT_OUT.includes(name)) cpSync(join(ROOT, name), join(folder, name), { recursive: true })
    }
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    plant(mutant, folder)
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['torture/main.ts', '--brief', '--folder', stateDir, ...args],
      { cwd: folder, encoding: 'utf8', timeout: MAX_TORTURE_MS, maxBuffer: 64 * 1024 * 1024 },
    )
    if (status === 0) return null
    return FIRST_MISMATCH.exec(stdout)?.[1] ?? `it did not come to an end: ${stderr.trim().split('\n').at(0)}`
  } finally {
    for (const made of [folder, stateDir]) rmSync(made, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** @throws where the line has moved: the mutant must be made anew */
function plant({ name, file, from, to }: Mutant, folder: string): void {
  const path = join(folder, file)
  const text = readFileSync(path, 'utf8')
  const count = text.split(from).length - 1
  if (count !== 1) throw new Error(`mutant ${name}: its line is in ${file} ${count} times`)
  writeFileSync(
    path,
    text.replace(from, () => to),
  )
}

const { values } = parseArgs({
  options: { only: { type: 'string' }, kills: { type: 'string' }, seed: { type: 'string' } },
})
const mutants = chosen(values.only)
let survivors = 0
for (const mutant of mutants) {
  const found = hunt(mutant, ['--kills', values.kills ?? '12', '--seed', values.seed ?? '1'])
  if (found === null) survivors += 1
  console.log(`${found === null ? 'SURVIVED' : 'caught  '}  ${mutant.name.padEnd(24)} ${found ?? mutant.fault}`)
}
console.log(`${mutants.length} mutants, ${mutants.length - survivors} caught, ${survivors} survived`)
process.exitCode = survivors === 0 ? 0 : 1
