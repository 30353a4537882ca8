/** What `npm run serve` reads from the environment, checked before anything starts. */
import { resolve } from 'node:path'
import { Refusal } from '../refusal.ts'
import { ROOT } from '../root.ts'

export interface ServeSettings {
  /** 0 takes a free one. */
  readonly port: number
  /** Everything that persists; a fresh folder is a fresh system. */
  readonly stateDir: string
  /** Handed to the Worker as they are. */
  readonly bindings: { readonly [name: string]: string }
}

type Environment = { readonly [name: string]: string | undefined }

const DEFAULT_PORT = 8_787
const HIGHEST_PORT = 65_535
/** Scripts and tests set a machine of one's own up faster than an operator's client would. */
const DEFAULTS: Environment = { BOOTSTRAP_RATE_LIMIT: '1000' }
const PASSED_ON = [
  'BOOTSTRAP_OPERATOR_KEY',
  'BOOTSTRAP_SANDBOX_KEY',
  'BOOTSTRAP_RATE_LIMIT',
  'ALLOW_LOOPBACK_BUYERS',
  'PUBLIC_ORIGIN',
] as const

/** @throws Refusal where a value makes no sense */
export function readSettings(environment: Environment): ServeSettings {
  return {
    port: readPort(environment.PORT),
    stateDir: resolve(ROOT, orElse(environment.STATE_DIR, '.state')),
    bindings: Object.fromEntries(
      PASSED_ON.flatMap((name) => entryOf(name, orElse(environment[name], DEFAULTS[name] ?? ''))),
    ),
  }
}

export function readPort(text: string | undefined): number {
  const written = orElse(text, String(DEFAULT_PORT))
  const port = Number(written)
  if (!/^\d{1,5}$/.test(written) || port > HIGHEST_PORT) {
    throw new Refusal(`PORT must be a whole number from 0 to ${HIGHEST_PORT}, not "${written}".`)
  }
  return port
}

function entryOf(name: string, value: string): [string, string][] {
  return value === '' ? [] : [[name, value]]
}

function orElse(value: string | undefined, fallback: string): string {
  return value === undefined || value === '' ? fallback : value
}
