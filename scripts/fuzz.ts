/**
 * `npm run fuzz -- [--requests 100000] [--seed 1]`: requests made from the OpenAPI document and by mutation, against a server of
 * its own on this machine. Ends with 1 where an answer is a 5xx or not in the document.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fuzz } from './fuzz/fuzz.ts'
import { ROOT } from './root.ts'

const DEFAULT_REQUESTS = 100_000
const KEYS = {
  BOOTSTRAP_OPERATOR_KEY: 'operator-key-of-the-fuzzer',
  BOOTSTRAP_SANDBOX_KEY: 'sandbox-key-of-the-fuzzer',
}

const { values } = parseArgs({ options: { requests: { type: 'string' }, seed: { type: 'string' } } })
const requests = Number(values.requests ?? DEFAULT_REQUESTS)
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))

const stateDir = mkdtempSync(join(tmpdir(), 'gavel-fuzz-'))
const env = {
  ...process.env,
  ...KEYS,
  PORT: '0',
  STATE_DIR: stateDir,
  ALLOW_LOOPBACK_BUYERS: '1',
  BOOTSTRAP_RATE_LIMIT: '100000',
}
const server = spawn(process.execPath, [join(ROOT, 'scripts/serve.ts')], { env, stdio: ['ignore', 'pipe', 'ignore'] })
try {
  const url = await readyUrl()
  console.log(`seed ${seed}, ${requests} requests to ${url}`)
  const began = performance.now()
  const report = await fuzz({
    url,
    operatorKey: KEYS.BOOTSTRAP_SANDBOX_KEY,
    requests,
    seed,
    onProgress: (sent) => {
      if (sent % 10_000 === 0) console.log(`${sent} sent`)
    },
  })
  const seconds = ((performance.now() - began) / 1_000).toFixed(0)
  console.log(`${report.sent} requests in ${seconds} s; by status:`, report.byStatus)
  console.log(`${report.reached.size} of ${report.operations} operations were answered with a 2xx`)
  for (const { fault, request, body } of report.findings) console.log(`\nFOUND ${fault}\n  ${request}\n  ${body}`)
  console.log(report.findings.length === 0 ? 'nothing found' : `\n${report.findings.length} findings; --seed ${seed}`)
  process.exitCode = report.findings.length === 0 ? 0 : 1
} finally {
  server.kill('SIGTERM')
  await once(server, 'exit')
  rmSync(stateDir, { recursive: true, force: true })
}

async function readyUrl(): Promise<string> {
  for await (const text of server.stdout.setEncoding('utf8')) {
    const url = /^ready (\S+)/m.exec(text as string)?.[1]
    if (url !== undefined) return url
  }
  throw new Error('the server did not start')
}
