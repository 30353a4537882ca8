/** Turns a pattern's tree into a program for the machine in pattern.ts. */
import type { CharTest } from './chars'
import { PatternError } from './cursor'
import type { PatternNode } from './syntax'

export type Instruction =
  | { readonly op: 'char'; readonly test: CharTest }
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'save'; readonly slot: number }
  /** Forgets the group at the start of another round of a repeat. */
  | { readonly op: 'forget' }
  | { readonly op: 'assert'; readonly what: 'start' | 'end' | 'word' | 'not_word' }
  | { readonly op: 'match' }

const MAX_PROGRAM = 1_000

/** @throws PatternError where the program would be too large */
export function programOf(node: PatternNode): readonly Instruction[] {
  const program: Instruction[] = [{ op: 'save', slot: 0 }]
  emit(program, node)
  program.push({ op: 'save', slot: 1 }, { op: 'match' })
  return program
}

function emit(program: Instruction[], node: PatternNode): void {
  if (program.length > MAX_PROGRAM) throw new PatternError('the pattern is too large')
  switch (node.kind) {
    case 'char':
      program.push({ op: 'char', test: node.test })
      return
    case 'assert':
      program.push({ op: 'assert', what: node.what })
      return
    case 'sequence':
      for (const item of node.items) emit(program, item)
      return
    case 'group':
      if (node.number === 1) program.push({ op: 'save', slot: 2 })
      emit(program, node.body)
      if (node.number === 1) program.push({ op: 'save', slot: 3 })
      return
    case 'choice':
      emitChoice(program, node.options)
      return
    case 'repeat':
      emitRepeat(program, node)
  }
}

function emitChoice(program: Instruction[], options: readonly PatternNode[]): void {
  const jumps: { op: 'jump'; to: number }[] = []
  options.forEach((option, index) => {
    if (index === options.length - 1) {
      emit(program, option)
      return
    }
    const split = { op: 'split' as const, first: program.length + 1, second: 0 }
    program.push(split)
    emit(program, option)
    const jump = { op: 'jump' as const, to: 0 }
    program.push(jump)
    jumps.push(jump)
    split.second = program.length
  })
  for (const jump of jumps) jump.to = program.length
}

function emitRepeat(program: Instruction[], node: Extract<PatternNode, { kind: 'repeat' }>): void {
  const forgets = holdsFirstGroup(node.body)
  const round = (): void => {
    if (forgets) program.push({ op: 'forget' })
    emit(program, node.body)
  }
  for (let count = 0; count < node.min; count += 1) round()
  const enter = (): { op: 'split'; first: number; second: number } => {
    const split = { op: 'split' as const, first: program.length + 1, second: program.length + 1 }
    program.push(split)
    return split
  }
  const leave = (split: { first: number; second: number }): void => {
    if (node.lazy) split.first = program.length
    else split.second = program.length
  }
  if (node.max === null) {
    const start = program.length
    const split = enter()
    round()
    program.push({ op: 'jump', to: start })
    leave(split)
    return
  }
  const splits = []
  for (let count = node.min; count < node.max; count += 1) {
    splits.push(enter())
    round()
  }
  for (const split of splits) leave(split)
}

function holdsFirstGroup(node: PatternNode): boolean {
  switch (node.kind) {
    case 'char':
    case 'assert':
      return false
    case 'sequence':
      return node.items.some(holdsFirstGroup)
    case 'choice':
      return node.options.some(holdsFirstGroup)
    case 'group':
      return node.number === 1 || holdsFirstGroup(node.body)
    case 'repeat':
      return holdsFirstGroup(node.body)
  }
}
