/** What of the platform is not an object of ours: its clock, its log, and its randomness as ids. */
import { ulid } from 'ulid'

/** Names and numbers to the platform's log, as one line of JSON; never personal data. */
export function log(event: string, details: { readonly [name: string]: string | number | null }): void {
  console.log(JSON.stringify({ event, ...details }))
}

/** @returns milliseconds since 1970 */
export const now = () => Date.now()

/** Random bytes for ids, drawn many at a time: a call of the platform's generator for each character costs more than the id. */
const pool = new Uint8Array(1_024)
let drawn = pool.length

/** @returns a number from 0 to below 1 in steps of 1/256; a character of an id takes 32 of them */
function random(): number {
  if (drawn === pool.length) {
    crypto.getRandomValues(pool)
    drawn = 0
  }
  return (pool[drawn++] ?? 0) / 256
}

/** @returns `<prefix>_<ulid>` */
export function newId(prefix: string): string {
  return `${prefix}_${newUlid()}`
}

/** @returns an id that sorts by its time */
export function newUlid(): string {
  return ulid(now(), random)
}

/** An error's kind; its words may quote what was sent. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}
