/** How the specs page looks: on a screen, on a phone, where tables become cards, and on paper. */
export const STYLE = `
:root { --ink: #16202c; --soft: #5a6877; --line: #dde3ea; --wash: #f5f7fa; --mark: #0b5fb0; --yes: #12704a; --no: #a8321f }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf3; --soft: #9aa8b7; --line: #2c3846; --wash: #1a232d; --mark: #6db3f2; --yes: #58c795; --no: #f0917f } body { background: #11181f } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 5rem; color: var(--ink); font: 1rem/1.55 system-ui, sans-serif }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .4rem }
h2 { font-size: 1.2rem; margin: 2.6rem 0 .7rem; padding-top: .9rem; border-top: 1px solid var(--line) }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem }
p, ul { margin: .5rem 0 } ul { padding-left: 1.2rem } a { color: var(--mark) }
.soft { color: var(--soft) }
code { font: .88em ui-monospace, monospace; overflow-wrap: anywhere }
pre { margin: .4rem 0; padding: .8rem 1rem; overflow-x: auto; background: var(--wash); border: 1px solid var(--line); border-radius: .4rem }
pre code { overflow-wrap: normal } td:first-child code { overflow-wrap: break-word }
table { width: 100%; border-collapse: collapse; font-size: .93rem }
th { text-align: left; font-weight: 600; color: var(--soft) } th, td { padding: .45rem .6rem .45rem 0; vertical-align: top; border-bottom: 1px solid var(--line) }
nav { margin: 1rem 0 0; display: flex; flex-wrap: wrap; gap: .3rem 1rem }
.must { color: var(--no); font-weight: 600 }
details > summary { cursor: pointer; font-weight: 600; padding: .3rem 0 }
form { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .8rem }
label { display: grid; gap: .2rem; font-size: .9rem } label.whole, .actions, output { grid-column: 1 / -1 }
input, select { width: 100%; padding: .5rem .6rem; font: inherit; color: inherit; background: var(--wash); border: 1px solid var(--line); border-radius: .3rem }
button { padding: .6rem 1.2rem; font: inherit; font-weight: 600; color: #fff; background: #0b5fb0; border: 0; border-radius: .3rem; cursor: pointer }
output { display: block } output .yes { color: var(--yes) } output .no { color: var(--no) }
@media (max-width: 40rem) {
  body { padding: 1.2rem 1rem 3rem }
  thead { display: none } table, tbody, tr, td { display: block }
  tr { padding: .5rem 0; border-bottom: 1px solid var(--line) } td { border: 0; padding: .1rem 0 }
  td[data-head]::before { content: attr(data-head) ": "; color: var(--soft) }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; color: #000; background: #fff }
  .screen { display: none } pre { white-space: pre-wrap; break-inside: avoid } h2, h3 { break-after: avoid } tr { break-inside: avoid }
  details::details-content { content-visibility: visible; display: block }
}
`
