/** Colour where it can be seen and is wanted; plain words everywhere else. */
import { styleText } from 'node:util'

export interface Paint {
  bold(text: string): string
  dim(text: string): string
  win(text: string): string
}

export const PLAIN: Paint = { bold: (text) => text, dim: (text) => text, win: (text) => text }

/** @param stream Node leaves colours out where it is no terminal, or NO_COLOR is set */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) => styleText(format, text, { stream })
  return { bold: style('bold'), dim: style('dim'), win: style(['green', 'bold']) }
}
