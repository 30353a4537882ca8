/** Which fields of a lead a contract speaks about. */
import type { ResolvedCall, ResolvedContract } from '../../contracts/buyer-contract'
import { FACT_NAMES } from '../template/scope'
import { compileText } from '../template/text'
import { leavesOf } from '../template/tree'

/** @returns every text of a request that may hold placeholders, with its path within the contract */
export function textsOf(request: ResolvedCall['request']): readonly { readonly path: string; readonly text: string }[] {
  const template = request.template === null ? [] : leavesOf(request.template)
  return [
    { path: 'url', text: request.url },
    ...(request.testUrl === null ? [] : [{ path: 'test_url', text: request.testUrl }]),
    ...Object.entries(request.headers).map(([name, text]) => ({ path: `headers.${name}`, text })),
    ...template.map(({ path, text }) => ({ path: path === '' ? 'template' : `template.${path}`, text })),
  ]
}

/**
 * @returns the names of all lead fields that the templates read, so that a campaign knows them without declaring them
 * @throws TemplateError where a template is malformed
 */
export function fieldsRead(contract: ResolvedContract): readonly string[] {
  const { ping, post, inquiry } = contract
  const calls = [...(ping === null ? [] : [ping]), post, ...(inquiry === undefined ? [] : [inquiry])]
  const names = calls.flatMap(({ request }) => textsOf(request)).flatMap(({ text }) => compileText(text).names)
  return [...new Set(names)].filter((name) => !FACT_NAMES.includes(name))
}
