/** Rendering where an operator waits for the result: what fails is told as a problem of the template. */
import type { BuyerCall } from '../../contracts/buyer-contract'
import type { ContractProblem } from '../../contracts/contract-compiler'

export type Rendered<Request> =
  | { readonly ok: true; readonly request: Request }
  | { readonly ok: false; readonly problem: ContractProblem }

const MAX_WHY_CHARS = 200

/** A pipe may fail on a value that no check of the contract could foresee. */
export function rendered<Request>(call: BuyerCall, render: () => Request): Rendered<Request> {
  try {
    return { ok: true, request: render() }
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '').slice(0, MAX_WHY_CHARS) : ''
    const expected = `a template that renders for this lead (${why})`
    return { ok: false, problem: { field: `${call}.request.template`, code: 'invalid_template', expected } }
  }
}
