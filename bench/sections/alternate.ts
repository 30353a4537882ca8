/** Rounds that take turns: what the machine does to one side it does to the other, and the order changes each time. */
import type { Side } from '../stand.ts'

export interface Round<Result> {
  readonly gavel: Result
  readonly bare: Result
}

export async function alternate<Result>(
  rounds: number,
  measure: (side: Side) => Promise<Result>,
): Promise<readonly Round<Result>[]> {
  const measured: Round<Result>[] = []
  for (let index = 0; index < rounds; index++) {
    if (index % 2 === 0) {
      const gavel = await measure('gavel')
      measured.push({ gavel, bare: await measure('bare') })
    } else {
      const bare = await measure('bare')
      measured.push({ gavel: await measure('gavel'), bare })
    }
  }
  return measured
}
