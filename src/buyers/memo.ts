/**
 * Remembers what compiling a text gave, so that contracts that arrive as fresh copies with every auction cost no second
 * compilation. Emptied when full: the texts of one process are few, and a flood of them must not hold memory.
 */
const MAX_ENTRIES = 2_000
const MAX_CHARS = 1_000_000

/** @param compile pure, and never undefined */
export function memo<Result>(compile: (text: string) => Result): (text: string) => Result {
  const known = new Map<string, Result>()
  let chars = 0
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const result = compile(text)
    chars += text.length
    if (known.size >= MAX_ENTRIES || chars > MAX_CHARS) {
      known.clear()
      chars = text.length
    }
    known.set(text, result)
    return result
  }
}
