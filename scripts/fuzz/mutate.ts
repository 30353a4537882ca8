/** Bodies that are nearly right: one thing about them is not. */
import type { Random } from './random.ts'
import { ODD_NUMBERS, ODD_TEXTS, ODD_VALUES } from './values.ts'

type Tree = { [name: string]: unknown }
type Mutation = (value: unknown, random: Random) => Buffer

/** Stands for a number that is put in as text, so that it arrives as it is written. */
const NUMBER_MARK = '\u0001number\u0001'

const plain: Mutation = (value) => Buffer.from(JSON.stringify(value) ?? 'null')

const MUTATIONS: readonly Mutation[] = [
  // Another value somewhere inside.
  (value, random) =>
    plain(
      replaced(value, random, () => random.pick(ODD_VALUES)),
      random,
    ),
  (value, random) =>
    plain(
      replaced(value, random, () => random.pick(ODD_TEXTS)),
      random,
    ),
  (value, random) => {
    const text = plain(
      replaced(value, random, () => NUMBER_MARK),
      random,
    ).toString()
    return Buffer.from(text.replace(JSON.stringify(NUMBER_MARK), random.pick(ODD_NUMBERS)))
  },
  // Deep nesting, of lists and of objects.
  (value, random) => {
    const levels = random.pick([10, 60, 63, 64, 65, 500, 10_000])
    const [open, close] = random.pick([
      ['[', ']'],
      ['{"a":', '}'],
    ] as const)
    const inner = open === '[' ? '' : '1'
    return inserted(value, `"deep":${open.repeat(levels)}${inner}${close.repeat(levels)}`)
  },
  // Members that reach for the prototype.
  (value, random) =>
    inserted(value, random.pick(['"__proto__":{"status":"x"}', '"constructor":{"prototype":{"x":1}}', '"toString":1'])),
  // The same member twice, with another value.
  (value, random) => {
    const [name, first] = random.pick(Object.entries({ doubled: 1, ...(value as Tree) }))
    return inserted(value, `${JSON.stringify(name)}:${JSON.stringify(random.pick([first ?? null, ...ODD_VALUES]))}`)
  },
  // A member that is not there, and one that nobody knows.
  (value, random) => {
    const entries = Object.entries((value ?? {}) as Tree)
    const gone = random.below(entries.length + 1)
    return plain(Object.fromEntries(entries.filter((_, at) => at !== gone)), random)
  },
  (value, random) =>
    inserted(value, `${JSON.stringify(random.pick(ODD_TEXTS))}:${JSON.stringify(random.pick(ODD_VALUES))}`),
  // Bytes that are no UTF-8, or no JSON.
  (value, random) => {
    const bytes = plain(value, random)
    const at = random.below(bytes.length + 1)
    const bad = random.pick([[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82], [0x00]])
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(bad), bytes.subarray(at)])
  },
  (value, random) => {
    const bytes = plain(value, random)
    return bytes.subarray(0, random.below(bytes.length))
  },
  (value, random) => Buffer.concat([Buffer.from(random.pick(['\ufeff', ' \n', ")]}'", '//'])), plain(value, random)]),
  (value, random) => Buffer.concat([plain(value, random), Buffer.from(random.pick(['{}', ',', '\u0000', '\n\n']))]),
  // Something else altogether.
  (_value, random) =>
    Buffer.from(random.pick(['', 'null', 'true', '1', '"x"', '[]', '[{}]', '{', '{"a"', 'a=1&b=2', '<a/>'])),
  (_value, random) => Buffer.alloc(random.pick([65_535, 65_536, 65_537, 200_000]), random.pick(['x', '[', '{', '"'])),
]

/** @returns the body with one mutation, or, one time in four, as it is */
export function bodyOf(value: unknown, random: Random): Buffer {
  return random.chance(0.25) ? plain(value, random) : random.pick(MUTATIONS)(value, random)
}

/** Puts a member into the text of an object, so that what no object can hold stays as it is. */
function inserted(value: unknown, member: string): Buffer {
  const text = JSON.stringify(value) ?? '{}'
  return Buffer.from(text.startsWith('{') ? `{${member}${text === '{}' ? '' : ','}${text.slice(1)}` : `{${member}}`)
}

/** @returns a copy with one leaf or branch replaced */
function replaced(value: unknown, random: Random, make: () => unknown): unknown {
  const copy = structuredClone(value)
  let node: unknown = copy
  for (;;) {
    if (typeof node !== 'object' || node === null || Object.keys(node).length === 0) return make()
    const name = random.pick(Object.keys(node))
    const child = (node as Tree)[name]
    if (typeof child !== 'object' || child === null || random.chance(0.4)) {
      ;(node as Tree)[name] = make()
      return copy
    }
    node = child
  }
}
