/** Sends requests made by chance, and holds every answer against the document. */
import { Agent, request as httpRequest } from 'node:http'
import { type Answer, ContractDocument } from './document.ts'
import { Random } from './random.ts'
import { type FuzzRequest, requestOf } from './requests.ts'
import { openWorld } from './world.ts'

export interface FuzzPlan {
  readonly url: string
  /** Of the sandbox. */
  readonly operatorKey: string
  readonly requests: number
  readonly seed: number
  /** Stops early where this time is over, in ms. */
  readonly maxMs?: number
  readonly onProgress?: (sent: number) => void
}

export interface Finding {
  readonly fault: string
  readonly request: string
  readonly body: string
}

export interface FuzzReport {
  readonly sent: number
  readonly byStatus: { readonly [status: string]: number }
  /** Operations that were answered with a 2xx at least once. */
  readonly reached: ReadonlySet<string>
  readonly operations: number
  readonly findings: readonly Finding[]
}

const CONCURRENCY = 8
const REQUESTS_A_WORLD = 3_000
const MAX_FINDINGS = 50
const MAX_WAIT_MS = 30_000

export async function fuzz(plan: FuzzPlan): Promise<FuzzReport> {
  const document = await ContractDocument.fetchFrom(plan.url)
  const random = new Random(plan.seed)
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY })
  const byStatus: Record<string, number> = {}
  const reached = new Set<string>()
  const findings: Finding[] = []
  const until = performance.now() + (plan.maxMs ?? Number.POSITIVE_INFINITY)
  let sent = 0
  await using buyer = await openWorld.buyer()
  let world = await openWorld(plan.url, plan.operatorKey, buyer.url)
  const seen = new Set<string>()
  /** The same fault again teaches nothing. */
  const note = (finding: Finding) => {
    const kind = finding.fault.split(': ', 1)[0] ?? ''
    if (!seen.has(kind)) findings.push(finding)
    seen.add(kind)
  }
  const worker = async () => {
    while (sent < plan.requests && findings.length < MAX_FINDINGS && performance.now() < until) {
      sent += 1
      if (sent % REQUESTS_A_WORLD === 0) world = await openWorld(plan.url, plan.operatorKey, buyer.url)
      if (sent % 1_000 === 0) plan.onProgress?.(sent)
      const request = requestOf(document, world, random)
      const answer = await send(plan.url, request, agent)
      byStatus[answer.status] = (byStatus[answer.status] ?? 0) + 1
      if (answer.status < 300 && request.operation !== null) reached.add(request.operation.id)
      const fault = faultOf(document, request, answer)
      if (fault !== null) note(describe(request, fault))
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, worker))
  agent.destroy()
  return { sent, byStatus, reached, operations: document.operations.length, findings }
}

function faultOf(document: ContractDocument, { operation, method, path }: FuzzRequest, answer: Answer): string | null {
  if (answer.status >= 500) return `status ${answer.status}: ${answer.text.slice(0, 200)}`
  if (answer.headers.has('x-evil')) return 'a header came in through a value'
  if (operation !== null) {
    const fault = document.judge(operation, answer)
    return fault === null ? null : `${operation.id} ${fault}`
  }
  if (!/^req_/.test(answer.headers.get('x-request-id') ?? '')) return 'no X-Request-Id'
  if (method === 'HEAD') return answer.text === '' ? null : 'HEAD with a body'
  // The OAuth endpoints answer errors as their RFC says.
  if (answer.status < 400 || path.startsWith('/oauth/')) return null
  if (answer.headers.get('content-type') !== 'application/problem+json') return 'an error that is no problem+json'
  if (answer.status === 405 && !answer.headers.has('allow')) return '405 without Allow'
  return document.faultOf('/components/schemas/Problem', JSON.parse(answer.text))
}

function describe({ method, path, headers, body }: FuzzRequest, fault: string): Finding {
  const shown = Object.entries(headers).filter(([name]) => !/x-api-key|authorization/.test(name))
  const request = `${method} ${path.slice(0, 300)} ${JSON.stringify(Object.fromEntries(shown)).slice(0, 300)}`
  return { fault, request, body: body?.subarray(0, 600).toString() ?? '' }
}

function send(url: string, { method, path, headers, body }: FuzzRequest, agent: Agent): Promise<Answer> {
  const { hostname, port } = new URL(url)
  const options = {
    hostname,
    port,
    method,
    path,
    agent,
    headers: { ...headers, ...(body !== null && { 'content-length': body.length }) },
  }
  return new Promise((resolve, reject) => {
    const call = httpRequest(options, (response) => {
      let text = ''
      response.setEncoding('utf8').on('error', reject)
      response.on('data', (part: string) => {
        text += part
      })
      response.on('end', () => {
        const received = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
        resolve({ status: response.statusCode ?? 0, headers: new Headers(received as [string, string][]), text })
      })
    })
    call.setTimeout(MAX_WAIT_MS, () => call.destroy(new Error(`${method} ${path.slice(0, 200)} was not answered`)))
    call.on('error', reject)
    call.end(body ?? undefined)
  })
}
