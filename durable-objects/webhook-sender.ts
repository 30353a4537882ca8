/**
 * One per webhook endpoint: sends what is due to it, and no other endpoint waits for that.
 *
 * It keeps nothing but its endpoint's id: what is to be sent, and what became of it, is in the database. Whatever dies between
 * a sending and its record is sent again, with the same event id; that there is nobody else who sends to this endpoint makes
 * it rare.
 */
import { DurableObject } from 'cloudflare:workers'
import { send } from '../src/buyers/transport'
import { webhookBody } from '../src/contracts/webhook-event'
import type { WebhookDraft, WebhookTelling } from '../src/contracts/webhook-outbox'
import type {
  DueDelivery,
  SendingEndpoint,
  SendingReport,
  SendingWork,
  SentDelivery,
  WebhookSenderRpc,
} from '../src/contracts/webhook-sending'
import { retryAfterMs } from '../src/core/retry-after'
import { type AttemptEnd, judgeEndpoint, nextStep } from '../src/core/webhooks/deliver'
import { checkBuyerUrl } from '../src/security/url-guard'
import { webhookHeaders } from '../src/security/webhook-signature'

export interface WebhookSenderServices {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** @returns a number from 0 to below 1 */
  readonly random: () => number
  readonly allowLoopback: boolean
  /** @returns null where the endpoint is gone or disabled */
  readonly work: (endpointId: string, limit: number) => Promise<SendingWork | null>
  /** Stores what became of it, and wakes whoever is told of it. */
  readonly record: (report: SendingReport) => Promise<void>
  readonly openSecret: (sealed: string) => Promise<string>
  readonly log: (event: string, details: { readonly [name: string]: string | number }) => void
}

/** Below the six connections that an object has. */
const AT_A_TIME = 4
const EVENTS_A_ROUND = 20
/** A busy endpoint gives way to its own alarm after so many rounds, so that no run lasts for ever. */
const MAX_ROUNDS = 50
const TIMEOUT_MS = 10_000
/** How long to wait after the database did not answer. */
const TROUBLE_MS = 30_000

export class WebhookSenderObject extends DurableObject implements WebhookSenderRpc {
  readonly #services: WebhookSenderServices
  #isRunning = false
  #isWokenAgain = false

  constructor(ctx: DurableObjectState, env: Env, services: WebhookSenderServices) {
    super(ctx, env)
    this.#services = services
  }

  async wake(endpointId: string): Promise<void> {
    if (this.ctx.storage.kv.get('endpointId') === undefined) this.ctx.storage.kv.put('endpointId', endpointId)
    this.ctx.waitUntil(this.#run(endpointId))
  }

  override async alarm(): Promise<void> {
    const endpointId = this.ctx.storage.kv.get<string>('endpointId')
    if (endpointId !== undefined) this.ctx.waitUntil(this.#run(endpointId))
  }

  async #run(endpointId: string): Promise<void> {
    this.#isWokenAgain = true
    if (this.#isRunning) return
    this.#isRunning = true
    let wakeAt: number | null = null
    try {
      for (let rounds = 0; this.#isWokenAgain; rounds++) {
        this.#isWokenAgain = false
        wakeAt = rounds < MAX_ROUNDS ? await this.#round(endpointId) : this.#services.now() + 1
      }
    } catch (error) {
      this.#services.log('webhook_round_failed', { endpointId, error: error instanceof Error ? error.name : 'unknown' })
      wakeAt = this.#services.now() + TROUBLE_MS
    } finally {
      this.#isRunning = false
    }
    if (wakeAt !== null) await this.ctx.storage.setAlarm(wakeAt)
  }

  /** @returns when to come again, ms since 1970, or null where nothing is left to send */
  async #round(endpointId: string): Promise<number | null> {
    const work = await this.#services.work(endpointId, EVENTS_A_ROUND)
    if (work === null) return null
    const { endpoint, due, nextDueAt } = work
    if (due.length === 0) return nextDueAt
    const secrets = await Promise.all(endpoint.sealedSecrets.map(this.#services.openSecret))
    await this.#services.record(await this.#sendAll(endpoint, due, secrets))
    this.#isWokenAgain = true
    return null
  }

  async #sendAll(
    endpoint: SendingEndpoint,
    due: readonly DueDelivery[],
    secrets: readonly string[],
  ): Promise<SendingReport> {
    const sent: SentDelivery[] = []
    let health = { failingSince: endpoint.failingSince, reported: endpoint.failingReported }
    let disable: SendingReport['disable'] = null
    const drafts: WebhookDraft[] = []
    const rest = due.values()
    const worker = async () => {
      for (const delivery of rest) {
        // Whoever is gone, or was given up, is not asked again.
        if (disable !== null) return
        const startedAt = this.#services.now()
        const end = await this.#attempt(endpoint, delivery, secrets)
        const attempted = {
          end,
          tryNumber: delivery.tries + 1,
          at: this.#services.now(),
          random: this.#services.random(),
        }
        const step = nextStep(attempted)
        const verdict = judgeEndpoint(health, attempted, step)
        health = { failingSince: verdict.failingSince, reported: verdict.reported }
        disable ??= verdict.disable
        const about = { endpoint, failingSince: verdict.failingSince ?? attempted.at, lastError: wordsOf(end) }
        if (verdict.report) drafts.push(aboutEndpoint('webhook.failing', about))
        sent.push({
          delivery,
          attempt: attemptOf(end, startedAt, attempted.at),
          status: step.kind === 'delivered' ? 'delivered' : step.kind === 'retry' ? 'pending' : 'failed',
          nextAttemptAt: step.kind === 'retry' ? step.at : null,
        })
        if (verdict.disable !== null) drafts.push(aboutEndpoint('webhook.disabled', about, { reason: verdict.disable }))
      }
    }
    await Promise.all(Array.from({ length: Math.min(AT_A_TIME, due.length) }, worker))
    return { endpoint, sent, failingSince: health.failingSince, failingReported: health.reported, disable, drafts }
  }

  async #attempt(endpoint: SendingEndpoint, delivery: DueDelivery, secrets: readonly string[]): Promise<AttemptEnd> {
    const { now, allowLoopback } = this.#services
    const body = webhookBody({ ...delivery, id: delivery.eventId })
    const signed = webhookHeaders({ id: delivery.eventId, body, secrets, now: now() })
    const headers = [['content-type', 'application/json'], ['user-agent', 'Gavel-Webhooks/1'], ...signed] as const
    const request = { url: endpoint.url, method: 'POST', headers, body }
    const result = await send(request, { timeoutMs: TIMEOUT_MS, allowLoopback, checkUrl: checkBuyerUrl })
    switch (result.kind) {
      case 'response':
        return {
          kind: 'answered',
          status: result.status,
          retryAfterMs: retryAfterMs(result.headers['retry-after'], now()),
        }
      case 'refused':
        return { kind: 'failed', error: `url refused: ${result.reason}` }
      case 'network_error':
        return { kind: 'failed', error: 'network_error' }
      case 'timed_out':
      case 'aborted':
        return { kind: 'failed', error: 'timed_out' }
    }
  }
}

function attemptOf(end: AttemptEnd, startedAt: number, endedAt: number): SentDelivery['attempt'] {
  return {
    at: new Date(startedAt).toISOString(),
    statusCode: end.kind === 'answered' ? end.status : null,
    error: end.kind === 'failed' ? end.error : null,
    durationMs: endedAt - startedAt,
  }
}

function wordsOf(end: AttemptEnd): string {
  return end.kind === 'answered' ? `status ${end.status}` : end.error
}

interface EndpointTrouble {
  readonly endpoint: SendingEndpoint
  /** Milliseconds since 1970. */
  readonly failingSince: number
  readonly lastError: string
}

/** Told once for each time that it began to fail: to operators, and to the other endpoints of its owner. */
function aboutEndpoint(
  type: 'webhook.failing' | 'webhook.disabled',
  { endpoint, failingSince, lastError }: EndpointTrouble,
  members: object = {},
): WebhookDraft {
  const since = new Date(failingSince).toISOString()
  const data = { endpoint_id: endpoint.id, url: endpoint.url, failing_since: since, last_error: lastError, ...members }
  const operators: WebhookTelling = { role: 'operator', subjectId: null, data }
  const owner: WebhookTelling = { role: endpoint.role, subjectId: endpoint.subjectId, data }
  const tellings = endpoint.role === 'operator' ? [operators] : [operators, owner]
  return { key: `${type}/${endpoint.id}/${since}`, type, tellings }
}
