/**
 * Fills in a contract: what it says itself, else what its preset says, else the defaults. The result needs neither the preset
 * nor this code again, so that a snapshot stands for itself.
 */
import {
  type AnswerSpec,
  type BuyerContractInput,
  type BuyerRequestSpec,
  isTemplate,
  type ResolvedCall,
  type ResolvedContract,
  type TemplateNode,
} from '../../contracts/buyer-contract'
import { amountToMicros } from '../../contracts/money'
import { DEFAULT_PRESET, type PresetCall, presetNamed } from '../presets'
import { isObject, SPREAD } from '../template/tree'

const DEFAULT_TIMEOUT_MS = 2_000

/** Without a template, an inquiry names what is asked about and nobody's data. */
const INQUIRY: PresetCall = {
  request: {
    format: 'query',
    template: { idempotency_key: '{{idempotency_key}}', lead_id: '{{lead_id}}', auction_id: '{{auction_id}}' },
  },
  answer: { accepted: [] },
}

/**
 * @param contract as its schema took it; secrets may be blank
 * @throws Error where the preset is unknown, which checkBuyerContract would have said
 */
export function resolveContract(contract: BuyerContractInput): ResolvedContract {
  const name = contract.preset ?? null
  const preset = presetNamed(name ?? DEFAULT_PRESET)
  if (preset === null) throw new Error(`unknown preset ${name}`)
  const { ping, post, inquiry } = contract
  const pings = ping != null && ping.enabled !== false && ping.request !== undefined
  return {
    preset: name === null ? null : preset.name,
    priceMicros: contract.price == null ? null : amountToMicros(contract.price),
    onUnknown: contract.on_unknown ?? preset.on_unknown,
    pingPii: contract.ping_pii ?? [],
    ping:
      pings && ping.request !== undefined ? resolveCall(ping.request, ping.answer, preset.ping, name !== null) : null,
    post: resolveCall(post.request, post.answer, preset.post, name !== null),
    // Every inquiry says itself how it is read: no preset and no default decides what became of a post.
    ...(inquiry == null ? {} : { inquiry: resolveCall(inquiry.request, inquiry.answer, INQUIRY, false) }),
  }
}

function resolveCall(
  request: BuyerRequestSpec,
  answer: AnswerSpec | undefined,
  preset: PresetCall,
  isPreset: boolean,
): ResolvedCall {
  const { request: base } = preset
  const format = request.format ?? base.format ?? 'json'
  return {
    request: {
      url: request.url,
      testUrl: request.test_url ?? null,
      method: request.method ?? (format === 'query' ? 'GET' : (base.method ?? 'POST')),
      headers: { ...base.headers, ...request.headers },
      auth: request.auth ?? { type: 'none' },
      ...(request.signature === undefined ? {} : { signature: request.signature }),
      format,
      template: resolveTemplate(request.template, base.template, format),
      timeoutMs: request.timeout_ms ?? DEFAULT_TIMEOUT_MS,
    },
    // A preset's answer is overridden member by member; without a preset, an answer that is given stands alone.
    answer: answer === undefined ? preset.answer : isPreset ? { ...preset.answer, ...answer } : answer,
  }
}

/** A template may take in the preset's by `"*": "preset"`; of members that both have, its own count. */
function resolveTemplate(own: unknown, base: unknown, format: string): TemplateNode | null {
  const given = own ?? base ?? null
  if (!isTemplate(given)) throw new Error('template was not checked by its schema')
  const template = typeof given === 'string' && format === 'json' ? (jsonOf(given) ?? given) : given
  if (template === null || !isObject(template) || template[SPREAD] !== 'preset') return template
  const { [SPREAD]: _, ...members } = template
  return { ...(isTemplate(base) && isObject(base) ? base : { [SPREAD]: 'fields' }), ...members }
}

/** @returns what a JSON template that is written as one text holds, or null */
function jsonOf(text: string): TemplateNode | null {
  try {
    const value: unknown = JSON.parse(text)
    return isTemplate(value) && typeof value === 'object' ? value : null
  } catch {
    return null
  }
}
