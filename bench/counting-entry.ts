/** Writes the entry of the counting Worker: whatever object classes wrangler.toml names, each is counted. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unstable_readConfig } from 'wrangler'
import { ROOT } from './root.ts'

/** @param path where the entry is written */
export async function writeCountingEntry(path: string): Promise<void> {
  const { durable_objects: objects } = unstable_readConfig({ config: join(ROOT, 'wrangler.toml') })
  const named = objects.bindings as readonly { readonly class_name: string; readonly name: string }[]
  const bindings = Object.fromEntries(named.map(({ class_name, name }) => [class_name, name]))
  const lines = [
    `import worker, * as parts from ${JSON.stringify(join(ROOT, 'workers/index.ts'))}`,
    `import { counted, countingWorker } from ${JSON.stringify(join(ROOT, 'bench/counting/worker.ts'))}`,
    ...Object.keys(bindings).map((name) => `export const ${name} = counted('${name}', parts.${name})`),
    `export default countingWorker(worker, ${JSON.stringify(bindings)})`,
  ]
  await writeFile(path, `${lines.join('\n')}\n`)
}
