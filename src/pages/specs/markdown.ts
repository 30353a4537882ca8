/** The specs page as Markdown, for tools and for whoever keeps documents in a repository. */
import type { ApiSpec } from '../../contracts/api-spec'
import { snippetsOf } from './snippets'
import { requirementOf, SAFE_TO_REPEAT, SENDS_FOR_REAL, STATUS_WORDS, valuesOf } from './words'

export function specsMarkdown(spec: ApiSpec): string {
  const { campaign, supplier, samples } = spec
  const sections = [
    `# ${text(campaign.name)}: how ${text(supplier.name)} sends leads`,
    `Campaign \`${campaign.id}\`, supplier \`${supplier.id}\`, ${text(campaign.vertical)}, paid in ${campaign.currency}.`,
    `## Endpoints\n\n${table(
      ['call', 'what for'],
      spec.endpoints.map(({ method, url, purpose }) => [`\`${method} ${url}\``, purpose]),
    )}\n\nHeader \`x-api-key\`. ${spec.authentication.note}`,
    `## Fields\n\n${table(
      ['field', 'type', 'required on', 'values'],
      spec.fields.map((field) => [`\`${field.name}\``, field.type, requirementOf(field), valuesOf(field)]),
    )}`,
    rulesOf(spec),
    ...(samples.ping === null
      ? []
      : [`## Ping\n\n${json(samples.ping)}\n\n${json(samples.ping_accepted)}\n\n${json(samples.ping_refused)}`]),
    `## Lead\n\n${json(samples.lead)}\n\n${json(samples.lead_sold)}\n\n${json(samples.lead_unmatched)}\n\n${json(samples.lead_refused)}`,
    exchangeOf(spec),
    table(
      ['status', 'meaning'],
      STATUS_WORDS.map(([status, meaning]) => [`\`${status}\``, meaning]),
    ),
    SAFE_TO_REPEAT,
    `## Programs\n\nPut the key into the environment first: \`export GAVEL_API_KEY=…\`. ${SENDS_FOR_REAL}`,
    ...snippetsOf(spec).map(
      ({ title, language, run, code }) => `### ${title}\n\n\`${run}\`\n\n\`\`\`${language}\n${code}\`\`\``,
    ),
    `## Rejections\n\n${table(
      ['on', 'status', 'code', 'meaning', 'what to do'],
      spec.rejections.map(({ on, status, code, message, action }) => [
        on,
        String(status),
        `\`${code}\``,
        message,
        action,
      ]),
    )}`,
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

function rulesOf({ filters, duplicates }: ApiSpec): string {
  const rules = [...filters, ...(duplicates === null ? [] : [duplicates])]
  return rules.length === 0 ? '' : `## What is taken\n\n${rules.map((rule) => `- ${text(rule)}`).join('\n')}`
}

function exchangeOf({ samples }: ApiSpec): string {
  if (samples.exchange_ping === null) return ''
  const pairs = [samples.exchange_ping, samples.exchange_bid, samples.exchange_post, samples.exchange_sold]
  return `## By bid\n\nPing, bid, post, sale:\n\n${pairs.map(json).join('\n\n')}`
}

const json = (value: object | null) => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``

/** Operators name things as they like: nothing of it is to be read as Markdown or HTML. */
const text = (words: string) => words.replace(/[\\`*_[\]<>#|]/g, '\\$&').replace(/\s+/g, ' ')

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (words: string) => words.replaceAll('|', '\\|').replace(/\s+/g, ' ')
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n')
}
