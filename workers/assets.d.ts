/** Files that are bundled as they are; see the rules in wrangler.toml. */
declare module '*.gz' {
  const data: ArrayBuffer
  export default data
}
