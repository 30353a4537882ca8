/** A deliberate fault: lines of the core or of a driver, changed as they are loaded. */

export interface Change {
  /** From the project's root. */
  readonly file: string
  /** Must stand there exactly once. */
  readonly from: string
  readonly to: string
}

export interface Mutant {
  readonly name: string
  /** What is wrong with it. */
  readonly fault: string
  /** One a file. */
  readonly changes: readonly Change[]
}

/** A fault of what is around the core. @param file in `sim/` */
export function driverMutant(name: string, fault: string, file: string, from: string, to: string): Mutant {
  return { name, fault, changes: [{ file: `sim/${file}`, from, to }] }
}

/** @throws where the lines are not there, or not only there: the mutant is out of date, and would prove nothing */
export function mutate(text: string, { file, from, to }: Change): string {
  const parts = text.split(from)
  if (parts.length !== 2) throw new Error(`mutant out of date: ${file} has ${parts.length - 1} times: ${from}`)
  return parts.join(to)
}
