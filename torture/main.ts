/**
 * `npm run torture`: the served process under load, killed again and again, and every book compared in the end.
 *
 *     npm run torture -- --kills 1000 --seed 7
 *     npm run torture -- --kills 20 --brief --keep
 *
 * Ends with 0 where all books agree, 1 where they do not or the server did not come back, 2 where it was asked in a wrong way.
 */
import { parseOptions, type TortureOptions } from './options.ts'
import { torture } from './torture.ts'

function readOptions(): TortureOptions {
  try {
    return parseOptions(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(2)
  }
}

const options = readOptions()
try {
  const { mismatches } = await torture(options)
  process.exit(mismatches.length === 0 ? 0 : 1)
} catch (error) {
  console.error(error)
  process.exit(1)
}
