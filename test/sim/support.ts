import { spawn } from 'node:child_process'
import { ROOT } from '../../scripts/root'

export interface Run {
  readonly code: number | null
  readonly said: string
}

/** Runs one of the simulator's commands as `npm run` does, and waits for its end. */
export function runSim(script: 'main' | 'mutants', ...args: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`${ROOT}/sim/${script}.ts`, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
    }
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, said }))
  })
}
