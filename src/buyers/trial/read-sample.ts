/** Reads a pasted answer by rules, or proposes rules for it. */
import {
  type AnswerProposalsWire,
  type AnswerQuestion,
  type AnswerReadingWire,
  type SampleAnswer,
  type SampleReading,
  sampleText,
  type VerdictWire,
} from '../../contracts/answer-reading'
import type { AnswerSpec } from '../../contracts/buyer-contract'
import { heardAt } from '../../core/auction/rank'
import { emptyLead } from '../../core/lead/fields'
import { proposeAnswers } from '../answer/propose'
import { readAnswer } from '../answer/read'
import type { WireResponse } from '../answer/response'
import { checkAnswer } from '../contract/check-answer'
import { readPingOutcome, readPostOutcome, withValidity } from '../outcome'
import { presetNamed, presets } from '../presets'
import { pingVerdict, postVerdict, showReading } from './shown'

type Call = 'ping' | 'post'

/**
 * @param currency the tenant's
 * @param now when the sample is taken to have come, ms since 1970
 */
export function readSample(question: AnswerQuestion, currency: string, now: number): SampleReading {
  const response = responseOf(question.sample)
  if (question.answer === undefined && question.preset === undefined) {
    return { ok: true, body: proposalsFor(response, question.call ?? null, { currency, now }) }
  }
  const call = question.call ?? 'ping'
  const spec = specOf(question, call)
  if (spec === null) {
    const expected = `one of: ${[...presets().keys()].join(', ')}`
    return { ok: false, problems: [{ field: 'preset', code: 'unknown_preset', expected }] }
  }
  const problems = checkAnswer('answer', spec)
  return problems.length > 0
    ? { ok: false, problems }
    : { ok: true, body: showSample({ answer: spec, call, response, currency, now }) }
}

/** As in a contract: what is written comes over the preset's, member by member. */
function specOf({ answer, preset: name }: AnswerQuestion, call: Call): AnswerSpec | null {
  if (name === undefined) return answer ?? {}
  const preset = presetNamed(name)
  return preset === null ? null : { ...preset[call].answer, ...answer }
}

function proposalsFor(
  response: WireResponse,
  call: Call | null,
  here: Pick<Sample, 'currency' | 'now'>,
): AnswerProposalsWire {
  const { format, proposals } = proposeAnswers(response, call)
  return {
    format,
    proposals: proposals.map(({ preset, call: read, answer, why }) => ({
      call: read,
      ...(preset === null ? { answer } : { preset }),
      why,
      reading: showSample({ answer, call: read, response, ...here }),
    })),
  }
}

interface Sample {
  readonly answer: AnswerSpec
  readonly call: Call
  readonly response: WireResponse
  readonly currency: string
  readonly now: number
}

function showSample(sample: Sample): AnswerReadingWire {
  const reading = showReading(readAnswer(sample.answer, sample.response), sample.currency)
  return { call: sample.call, ...reading, verdict: verdictOf(sample) }
}

/** There is no contract, and so no price for a yes that carries none. */
function verdictOf({ answer, call, response, currency, now }: Sample): VerdictWire {
  const result = { kind: 'response', truncated: false, ttfbMs: 0, durationMs: 0, ...response } as const
  const context = { lead: emptyLead(), currency }
  if (call === 'post') return postVerdict(readPostOutcome({ post: { answer } }, result, context))
  const { answer: said, captured } = readPingOutcome({ ping: { answer }, priceMicros: null }, result, context)
  return pingVerdict(heardAt(withValidity(said, captured), now))
}

function responseOf({ status, headers, body }: SampleAnswer): WireResponse {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  return { status, headers: Object.fromEntries(lower), body: new TextEncoder().encode(sampleText(body)) }
}
