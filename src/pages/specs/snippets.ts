/**
 * Programs that ping and send the sample lead, for pasting: they run as they stand, with nothing but the language's own
 * library. The key is taken from GAVEL_API_KEY, so that nobody has to paste it into a file.
 */
import type { ApiSpec } from '../../contracts/api-spec'

export interface Snippet {
  /** As code fences name it. */
  readonly language: 'sh' | 'js' | 'python' | 'php' | 'go'
  readonly title: string
  /** How the file is run. */
  readonly run: string
  readonly code: string
}

interface Calls {
  readonly pingUrl: string | null
  readonly leadUrl: string
  readonly ping: object | null
  readonly lead: object
}

/** @returns one for each language, in the order of the page */
export function snippetsOf({ endpoints, samples }: ApiSpec): readonly Snippet[] {
  const urlOf = (name: string) => endpoints.find((endpoint) => endpoint.name === name)?.url ?? null
  const calls = { pingUrl: urlOf('ping'), leadUrl: urlOf('lead') ?? '', ping: samples.ping, lead: samples.lead }
  return [
    { language: 'sh', title: 'curl', run: 'sh lead.sh', code: curl(calls) },
    { language: 'js', title: 'Node', run: 'node lead.mjs', code: node(calls) },
    { language: 'python', title: 'Python', run: 'python3 lead.py', code: python(calls) },
    { language: 'php', title: 'PHP', run: 'php lead.php', code: php(calls) },
    { language: 'go', title: 'Go', run: 'go run lead.go', code: go(calls) },
  ]
}

const pretty = (value: object | null) => JSON.stringify(value, null, 2)
const JSON_TYPE = 'content-type: application/json'

function curl({ pingUrl, leadUrl, ping, lead }: Calls): string {
  const call = (url: string, body: string) =>
    `curl -sS '${url}' -H "x-api-key: $GAVEL_API_KEY" -H '${JSON_TYPE}' --data-binary @- <<'JSON'\n${body}\nJSON`
  const plain = pretty(lead)
  if (pingUrl === null) return `${call(leadUrl, plain)}\n`
  // The body ends where the ping id is put in: between two documents that no shell looks into.
  const open = plain.replace(/\n\}$/, ',\n  "flo_ping_id": "')
  return `ANSWER=$(${call(pingUrl, pretty(ping))}
)
echo "$ANSWER"
PING_ID=$(printf '%s' "$ANSWER" | sed -n 's/.*"ping_id":"\\([^"]*\\)".*/\\1/p')

{ cat <<'JSON'
${open}
JSON
printf '%s"}' "$PING_ID"; } | tr -d '\\n' |
  curl -sS '${leadUrl}' -H "x-api-key: $GAVEL_API_KEY" -H '${JSON_TYPE}' --data-binary @-
`
}

function node({ pingUrl, leadUrl, ping, lead }: Calls): string {
  const pinging = `const ping = await call('${pingUrl}', ${pretty(ping)})
console.log(ping)

`
  const body = pingUrl === null ? pretty(lead) : `{ ...${pretty(lead)}, flo_ping_id: ping.ping_id }`
  return `const key = process.env.GAVEL_API_KEY

async function call(url, body) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return response.json()
}

${pingUrl === null ? '' : pinging}console.log(await call('${leadUrl}', ${body}))
`
}

function python({ pingUrl, leadUrl, ping, lead }: Calls): string {
  const pinging = `ping = call("${pingUrl}", json.loads(r"""${pretty(ping)}"""))
print(ping)

`
  const addition = pingUrl === null ? '' : 'lead["flo_ping_id"] = ping.get("ping_id")\n'
  return `import json, os, urllib.error, urllib.request


def call(url, body):
    headers = {"x-api-key": os.environ["GAVEL_API_KEY"], "content-type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        return json.load(error)


${pingUrl === null ? '' : pinging}lead = json.loads(r"""${pretty(lead)}""")
${addition}print(call("${leadUrl}", lead))
`
}

function php({ pingUrl, leadUrl, ping, lead }: Calls): string {
  const pinging = `$ping = call('${pingUrl}', json_decode(<<<'JSON'
${pretty(ping)}
JSON, true));
print_r($ping);

`
  const addition = pingUrl === null ? '' : "$lead['flo_ping_id'] = $ping['ping_id'] ?? null;\n"
  return `<?php
function call(string $url, array $body): array {
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => 'x-api-key: ' . getenv('GAVEL_API_KEY') . "\\r\\ncontent-type: application/json",
        'content' => json_encode($body),
        'ignore_errors' => true,
    ]]);
    return json_decode(file_get_contents($url, false, $context), true);
}

${pingUrl === null ? '' : pinging}$lead = json_decode(<<<'JSON'
${pretty(lead)}
JSON, true);
${addition}print_r(call('${leadUrl}', $lead));
`
}

/** A raw string of Go ends with a backtick: one in a value is written as its JSON escape. */
const goJson = (value: object | null) => pretty(value).replaceAll('`', '\\u0060')

function go({ pingUrl, leadUrl, ping, lead }: Calls): string {
  const pinging = `\tping := call("${pingUrl}", parse(\`${goJson(ping)}\`))
\tfmt.Println(ping)

`
  const addition = pingUrl === null ? '' : '\tlead["flo_ping_id"] = ping["ping_id"]\n'
  return `package main

import (
\t"bytes"
\t"encoding/json"
\t"fmt"
\t"log"
\t"net/http"
\t"os"
)

type object = map[string]any

func parse(text string) object {
\tvar value object
\tif err := json.Unmarshal([]byte(text), &value); err != nil {
\t\tlog.Fatal(err)
\t}
\treturn value
}

func call(url string, body object) object {
\tpayload, _ := json.Marshal(body)
\trequest, err := http.NewRequest("POST", url, bytes.NewReader(payload))
\tif err != nil {
\t\tlog.Fatal(err)
\t}
\trequest.Header.Set("x-api-key", os.Getenv("GAVEL_API_KEY"))
\trequest.Header.Set("content-type", "application/json")
\tresponse, err := http.DefaultClient.Do(request)
\tif err != nil {
\t\tlog.Fatal(err)
\t}
\tdefer response.Body.Close()
\tvar answer object
\tif err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
\t\tlog.Fatal(err)
\t}
\treturn answer
}

func main() {
${pingUrl === null ? '' : pinging}\tlead := parse(\`${goJson(lead)}\`)
${addition}\tfmt.Println(call("${leadUrl}", lead))
}
`
}
