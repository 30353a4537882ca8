/** An end that the person at the keyboard can do something about: shown as words, without a stack. */
export class Refusal extends Error {}

/** Ends the process: words for a refusal, everything that is known for a bug. */
export function endWith(error: unknown): never {
  console.error(error instanceof Refusal ? error.message : error)
  process.exit(1)
}
