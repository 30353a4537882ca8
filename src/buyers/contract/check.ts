/**
 * Says what is wrong with a contract, member by member, before any lead depends on it: templates that do not render, URLs
 * that must not be fetched, personal data in a ping, rules that cannot be read.
 */
import type { BuyerCall, BuyerContractInput, ResolvedCall, ResolvedContract } from '../../contracts/buyer-contract'
import type { ContractProblem, ContractSurroundings } from '../../contracts/contract-compiler'
import { presetNamed, presets } from '../presets'
import { compileText, TemplateError } from '../template/text'
import type { UrlCheck } from '../transport'
import { checkAnswer } from './check-answer'
import { checkRequest, type UrlRules } from './check-request'
import { textsOf } from './fields-read'
import { resolveContract } from './resolve'

/**
 * @param checkUrl `checkBuyerUrl` of src/security
 * @returns every problem with the path of its member; none where the contract may be used
 */
export function checkBuyerContract(
  contract: BuyerContractInput,
  surroundings: ContractSurroundings,
  checkUrl: UrlCheck,
): readonly ContractProblem[] {
  if (contract.preset != null && presetNamed(contract.preset) === null) {
    return [{ field: 'preset', code: 'unknown_preset', expected: `one of: ${[...presets().keys()].join(', ')}` }]
  }
  const resolved = resolveContract(contract)
  const urls = {
    checkUrl,
    allowLoopback: surroundings.allowLoopback,
    allowTestBuyers: surroundings.allowTestBuyers === true,
  }
  return [
    ...checkTerms(contract, resolved),
    ...(resolved.ping === null ? [] : checkCall('ping', resolved.ping, urls)),
    ...(resolved.ping === null ? [] : checkPersonalData(resolved.ping, resolved, surroundings)),
    ...checkCall('post', resolved.post, urls),
    ...(resolved.inquiry === undefined ? [] : checkCall('inquiry', resolved.inquiry, urls)),
  ]
}

function checkTerms(contract: BuyerContractInput, resolved: ResolvedContract): ContractProblem[] {
  const problems: ContractProblem[] = []
  const { ping, price, min_bid, max_bid } = contract
  if (ping != null && ping.enabled !== false && ping.request === undefined) {
    problems.push({
      field: 'ping.request',
      code: 'missing_required',
      expected: 'request with a url, or enabled: false',
    })
  } else if (resolved.ping === null && price == null) {
    problems.push({
      field: 'price',
      code: 'missing_required',
      expected: 'amount, since the buyer is not pinged for one',
    })
  }
  if (min_bid != null && max_bid != null && min_bid > max_bid) {
    problems.push({ field: 'min_bid', code: 'invalid_value', expected: `at most max_bid, ${max_bid}` })
  }
  return problems
}

function checkCall(name: BuyerCall, call: ResolvedCall, urls: UrlRules): ContractProblem[] {
  return [...checkRequest(`${name}.request`, call.request, urls), ...checkAnswer(`${name}.answer`, call.answer)]
}

/** A hash of a personal field is personal too: what counts is which fields a text reads. */
function checkPersonalData(
  ping: ResolvedCall,
  { pingPii }: ResolvedContract,
  { piiFields }: ContractSurroundings,
): ContractProblem[] {
  return textsOf(ping.request).flatMap(({ path, text }) =>
    namesOf(text)
      .filter((name) => piiFields.includes(name) && !pingPii.includes(name))
      .map((name) => ({
        field: `ping.request.${path}`,
        code: 'pii_in_ping',
        expected: `no personal data; list ${name} in ping_pii to send it, or a hash of it, in a ping`,
      })),
  )
}

/** Malformed texts are reported by the check of the request. */
function namesOf(text: string): readonly string[] {
  try {
    return compileText(text).names
  } catch (error) {
    if (error instanceof TemplateError) return []
    throw error
  }
}
