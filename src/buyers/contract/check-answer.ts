/** Checks the half of a call that reads the answer. */
import type { AnswerRule, AnswerSpec, Selector } from '../../contracts/buyer-contract'
import type { ContractProblem } from '../../contracts/contract-compiler'
import { AnswerError, compileRule, compileSelector, pathOf } from '../answer/rules'

const OUTCOMES = ['error', 'duplicate', 'rejected', 'pending', 'accepted'] as const
const SELECTORS = ['price', 'reason', 'reference', 'redirect_url'] as const

export function checkAnswer(path: string, answer: AnswerSpec): ContractProblem[] {
  const problems: ContractProblem[] = []
  if (answer.accepted === undefined) {
    problems.push({ field: `${path}.accepted`, code: 'missing_required', expected: 'at least one rule for a yes' })
  }
  for (const outcome of OUTCOMES) {
    answer[outcome]?.forEach((rule, index) => {
      problems.push(...checkRule(`${path}.${outcome}[${index}]`, rule))
    })
  }
  for (const name of SELECTORS) {
    answer[name]?.forEach((selector, index) => {
      problems.push(...checkSelector(`${path}.${name}[${index}]`, selector))
    })
  }
  for (const [name, selector] of Object.entries(answer.captures ?? {})) {
    problems.push(...checkSelector(`${path}.captures.${name}`, selector))
  }
  const { bids } = answer
  if (bids === undefined) return problems
  return [
    ...problems,
    ...problemsOf(`${path}.bids.each`, 'invalid_path', () => pathOf(bids.each)),
    ...checkSelector(`${path}.bids.price`, bids.price),
    ...(bids.reference === undefined ? [] : checkSelector(`${path}.bids.reference`, bids.reference)),
  ]
}

function checkRule(path: string, rule: AnswerRule): ContractProblem[] {
  if (rule.op !== 'exists' && rule.value === undefined) {
    return [{ field: `${path}.value`, code: 'missing_required', expected: `what ${rule.op} compares with` }]
  }
  if (rule.op === 'regex' && typeof rule.value !== 'string') {
    return [{ field: `${path}.value`, code: 'invalid_regex', expected: 'one pattern, as text' }]
  }
  if (rule.on === 'header' && rule.path === undefined) {
    return [{ field: `${path}.path`, code: 'missing_required', expected: 'name of the header' }]
  }
  const member = rule.op === 'regex' ? 'value' : 'path'
  const code = rule.op === 'regex' ? 'invalid_regex' : 'invalid_path'
  return problemsOf(`${path}.${member}`, code, () => compileRule(rule, true))
}

function checkSelector(path: string, selector: Selector): ContractProblem[] {
  const hasPattern = typeof selector === 'object' && selector.regex !== undefined
  return problemsOf(hasPattern ? `${path}.regex` : path, hasPattern ? 'invalid_regex' : 'invalid_path', () =>
    compileSelector(selector),
  )
}

function problemsOf(field: string, code: string, compile: () => unknown): ContractProblem[] {
  try {
    compile()
    return []
  } catch (error) {
    if (error instanceof AnswerError) return [{ field, code, expected: error.message }]
    throw error
  }
}
