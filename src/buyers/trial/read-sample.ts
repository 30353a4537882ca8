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
import { emptyLead } from '../../core/lead/fields'
import { proposeAnswers } from '../answer/propose'
import { readAnswer } from '../answer/read'
import type { WireResponse } from '../answer/response'
import { checkAnswer } from '../contract/check-answer'
import { readPingOutcome, readPostOutcome } from '../outcome'
import { presetNamed, presets } from '../presets'
import { pingVerdict, postVerdict, showReading } from './shown'

type Call = 'ping' | 'post'

/** @param currency the tenant's */
export function readSample(question: AnswerQuestion, currency: string): SampleReading {
  const response = responseOf(question.sample)
  if (question.answer === undefined && question.preset === undefined) {
    return { ok: true, body: proposalsFor(response, question.call ?? null, currency) }
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
    : { ok: true, body: showSample({ answer: spec, call, response, currency }) }
}

/** As in a contract: what is written comes over the preset's, member by member. */
function specOf({ answer, preset: name }: AnswerQuestion, call: Call): AnswerSpec | null {
  if (name === undefined) return answer ?? {}
  const preset = presetNamed(name)
  return preset === null ? null : { ...preset[call].answer, ...answer }
}

function proposalsFor(response: WireResponse, call: Call | null, currency: string): AnswerProposalsWire {
  const { format, proposals } = proposeAnswers(response, call)
  return {
    format,
    proposals: proposals.map(({ preset, call: read, answer, why }) => ({
      call: read,
      ...(preset === null ? { answer } : { preset }),
      why,
      reading: showSample({ answer, call: read, response, currency }),
    })),
  }
}

interface Sample {
  readonly answer: AnswerSpec
  readonly call: Call
  readonly response: WireResponse
  readonly currency: string
}

function showSample(sample: Sample): AnswerReadingWire {
  const reading = showReading(readAnswer(sample.answer, sample.response), sample.currency)
  return { call: sample.call, ...reading, verdict: verdictOf(sample) }
}

/** There is no contract, and so no price for a yes that carries none. */
function verdictOf({ answer, call, response, currency }: Sample): VerdictWire {
  const result = { kind: 'response', truncated: false, ttfbMs: 0, durationMs: 0, ...response } as const
  const context = { lead: emptyLead(), currency }
  return call === 'ping'
    ? pingVerdict(readPingOutcome({ ping: { answer }, priceMicros: null }, result, context).answer)
    : postVerdict(readPostOutcome({ post: { answer } }, result, context))
}

function responseOf({ status, headers, body }: SampleAnswer): WireResponse {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  return { status, headers: Object.fromEntries(lower), body: new TextEncoder().encode(sampleText(body)) }
}
