/** Starts one buyer for all tests inside workerd, and tells them where it is. */
import type { TestProject } from 'vitest/node'
import { startPathBuyer } from './path-buyer'

declare module 'vitest' {
  interface ProvidedContext {
    buyerUrl: string
  }
}

export default async function startBuyer(project: TestProject): Promise<() => void> {
  const { url, server } = await startPathBuyer()
  project.provide('buyerUrl', url)
  return () => {
    server.closeAllConnections()
    server.close()
  }
}
