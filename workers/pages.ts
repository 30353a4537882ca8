/// <reference path="./assets.d.ts" />
/** The pages that people see, and the files that they need. */
import type { Pages } from '../src/http/services'
import { referencePage } from '../src/pages/reference'
import { specsMarkdown } from '../src/pages/specs/markdown'
import { specsPage } from '../src/pages/specs/page'

export const pages: Pages = {
  reference: referencePage,
  apiSpecs: specsPage,
  apiSpecsMarkdown: specsMarkdown,
  // A megabyte that only a reader of the reference needs: it is read from the bundle when the first one comes.
  referenceScript: async () => (await import('../vendor/scalar.js.gz')).default,
}
