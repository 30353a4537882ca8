/** Answers for what no endpoint takes: 405 with the methods that the path does take, or 404. */
import type { App, AppContext } from '../app'
import { problem } from './reply'

/** @returns the handler for requests that no route matched */
export function unknownRoute(app: App): (c: AppContext) => Response {
  return (c) => {
    const methods = methodsOf(app, c.req.path)
    if (methods.length === 0) return problem(c, 'not_found')
    c.header('allow', methods.join(', '))
    return problem(c, 'method_not_allowed')
  }
}

/** Whoever takes GET takes HEAD too. */
function methodsOf(app: App, path: string): readonly string[] {
  const methods = app.routes
    .filter(({ path: pattern, method }) => method !== 'ALL' && matches(pattern, path))
    .flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
  return [...new Set(methods)].sort()
}

function matches(pattern: string, path: string): boolean {
  const [wanted, actual] = [pattern.split('/'), path.split('/')]
  return (
    wanted.length === actual.length &&
    wanted.every((part, index) => part === actual[index] || (part.startsWith(':') && actual[index] !== ''))
  )
}
