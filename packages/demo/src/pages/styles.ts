/** The look of all pages: paper, ink and one green; light and dark. */
export const STYLES = `
:root {
  color-scheme: light dark;
  --paper: #f5f6f3; --surface: #ffffff; --ink: #14201b; --quiet: #55625c; --line: #dce1dc; --sunken: #eef1ed;
  --accent: #0b6650; --accent-strong: #084d3c; --on-accent: #ffffff; --tint: #e0f0e8;
  --warn: #7a4a00; --warn-tint: #fdf0d5; --bad: #a1261b; --bad-tint: #fbe4e1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0f1513; --surface: #171f1c; --ink: #e8eeea; --quiet: #9daba4; --line: #2a3531; --sunken: #111815;
    --accent: #6fd3b0; --accent-strong: #92e2c6; --on-accent: #06241b; --tint: #16352b;
    --warn: #f2c777; --warn-tint: #362a12; --bad: #ffb1a8; --bad-tint: #3d1b18;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1, h2, h3, p, dl, dd, ul, ol, pre { margin: 0; }
ul, ol { padding: 0; list-style: none; }
h1 { font-size: 2rem; line-height: 1.15; letter-spacing: -.02em; }
h2 { font-size: 1.0625rem; line-height: 1.3; }
h3 { font-size: 1.0625rem; line-height: 1.3; }
a { color: var(--accent); text-underline-offset: .2em; }
a:hover { color: var(--accent-strong); }
code { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: 6px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; z-index: 1; padding: .5rem 1rem; background: var(--surface); }

.bar { background: var(--surface); border-bottom: 1px solid var(--line); }
.bar-inside, main, footer { max-width: 68rem; margin: 0 auto; padding-left: 1.5rem; padding-right: 1.5rem; }
.bar-inside { min-height: 4.25rem; display: flex; align-items: center; justify-content: space-between; gap: 1rem; }
.brand { display: inline-flex; align-items: center; gap: .55rem; font-weight: 650; font-size: 1.125rem; color: var(--ink);
  text-decoration: none; letter-spacing: -.01em; }
.mark circle { fill: var(--tint); } .mark path { fill: var(--accent); }
nav { display: flex; gap: .25rem; margin-right: auto; margin-left: 1rem; }
nav a { padding: .4rem .75rem; border-radius: 10px; color: var(--quiet); text-decoration: none; font-weight: 550; white-space: nowrap; }
nav a:hover { background: var(--sunken); color: var(--ink); }
nav a[aria-current] { background: var(--tint); color: var(--accent); }
.account { display: flex; align-items: center; gap: 1.25rem; text-align: right; line-height: 1.3; }
.person { display: block; color: var(--quiet); font-size: .875rem; font-weight: 400; }
main { padding-top: 2.5rem; padding-bottom: 2rem; display: grid; gap: 1.5rem; }
main > section { margin-top: 1.25rem; }
footer { padding-top: 1rem; padding-bottom: 3rem; color: var(--quiet); font-size: .875rem; }

.card { background: var(--surface); border: 1px solid var(--line); border-radius: 14px; padding: 1.5rem; }
.columns { display: grid; grid-template-columns: minmax(0, 1.55fr) minmax(0, 1fr); gap: 1.25rem; align-items: stretch; }
.card > h2 { font-size: .9375rem; color: var(--quiet); font-weight: 550; margin-bottom: 1rem; }
.hint { color: var(--quiet); font-size: .875rem; }
.lead { color: var(--quiet); font-size: 1.0625rem; }
.lead, .section-lead, .refused { text-wrap: pretty; }
.section-lead { color: var(--quiet); max-width: 46rem; margin-top: .35rem; }
.eyebrow { color: var(--quiet); font-size: .8125rem; font-weight: 550; }

.plan { display: flex; flex-direction: column; }
.plan form { margin-top: auto; padding-top: 1.5rem; display: flex; flex-wrap: wrap; align-items: center; gap: .75rem 1rem; }
.subscription + .subscription { margin-top: 1.5rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
.headline { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: .25rem 1.5rem; }
.headline h3 { font-size: 1.75rem; letter-spacing: -.02em; }
.price { font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.price span { color: var(--quiet); font-size: .9375rem; font-weight: 400; }
.outlook { margin: .85rem 0 1.35rem; padding: .6rem .75rem; border-radius: 10px; background: var(--tint); }
.outlook.ending { background: var(--warn-tint); }
.pill { display: inline-block; margin-right: .4rem; padding: .05rem .65rem; border-radius: 99px; font-size: .8125rem;
  font-weight: 600; background: var(--accent); color: var(--on-accent); }
.ending .pill { background: var(--warn); color: var(--surface); }
dl > div { display: grid; grid-template-columns: 13rem minmax(0, 1fr); gap: 0 1rem; padding: .55rem 0; border-top: 1px solid var(--line); }
dt { color: var(--quiet); }
dd { font-variant-numeric: tabular-nums; }

table { width: 100%; border-collapse: collapse; }
thead th { color: var(--quiet); font-size: .8125rem; font-weight: 550; padding: 0 .75rem .5rem 0; text-align: left; }
tbody th, tbody td { border-top: 1px solid var(--line); padding: .6rem .75rem .6rem 0; text-align: left; font-weight: 400;
  font-variant-numeric: tabular-nums; }
tbody th { font-weight: 550; }
th.amount, td.amount { text-align: right; padding-right: 1.5rem; }
.documents { white-space: nowrap; text-align: right; padding-right: 0; }
.documents a + a { margin-left: .85rem; }
table + .hint { margin-top: .85rem; padding-top: .85rem; border-top: 1px solid var(--line); }
.state { display: inline-block; padding: .05rem .65rem; border-radius: 99px; font-size: .8125rem; font-weight: 600;
  background: var(--sunken); color: var(--quiet); }
.state.paid { background: var(--tint); color: var(--accent); }
.state.bad { background: var(--bad-tint); color: var(--bad); }
.state.open, .state.uncollectible { background: var(--warn-tint); color: var(--warn); }
.methods { display: grid; gap: .85rem; }
.methods strong { margin-right: .6rem; }
.methods .hint { display: block; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.activity { margin-top: .85rem; }
.activity li { padding: .7rem 0 .7rem 1.25rem; border-top: 1px solid var(--line); position: relative; }
.activity li::before { content: ""; position: absolute; left: 0; top: 1.22rem; width: .5rem; height: .5rem; border-radius: 50%;
  background: var(--line); }
.activity li:first-child::before { background: var(--accent); }
.activity strong { display: block; font-weight: 600; line-height: 1.35; }
.activity span { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 .75rem; color: var(--quiet); font-size: .8125rem; }
time { font-variant-numeric: tabular-nums; white-space: nowrap; }

.products, .probes { display: grid; gap: 1.25rem; margin-top: 1rem; }
.products { grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); }
.products .card { display: grid; gap: .4rem; align-content: start; }
.products h3, .products h2 { font-size: 1.1875rem; color: var(--ink); margin: 0; font-weight: 650; }
.features { margin-top: .5rem; color: var(--quiet); font-size: .9375rem; }
.features li { padding-left: 1.1rem; position: relative; }
.features li::before { content: ""; position: absolute; left: 0; top: .72em; width: .5rem; height: 2px; background: var(--accent); }
.products form { margin-top: .75rem; }
.notice { background: var(--tint); border: 1px solid var(--accent); border-radius: 10px; padding: .75rem 1rem; margin: 0 0 1.25rem; }
.notice.bad { background: var(--bad-tint); border-color: var(--bad); color: var(--bad); }
.chosen { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
.chosen .eyebrow { color: var(--accent); }
.probes { grid-template-columns: repeat(2, minmax(0, 1fr)); }
.probe { display: grid; gap: .85rem; align-content: start; }
.probe pre { background: var(--sunken); border: 1px solid var(--line); border-radius: 10px; padding: .75rem .9rem; white-space: pre-wrap; }
.refused, .leaked { border-left: 3px solid var(--accent); padding-left: .85rem; }
.refused strong { color: var(--accent); }
.leaked { border-color: var(--bad); background: var(--bad-tint); color: var(--bad); padding: .5rem .85rem; }

button { font: inherit; font-weight: 600; cursor: pointer; border-radius: 10px; border: 1px solid transparent; }
.primary { background: var(--accent); color: var(--on-accent); padding: .7rem 1.25rem; }
.primary:hover { background: var(--accent-strong); }
.quiet { background: none; border-color: var(--line); color: var(--ink); padding: .45rem .9rem; white-space: nowrap; }
.quiet:hover { background: var(--sunken); }

.button, a.primary { display: inline-block; border: 1px solid transparent; border-radius: 10px; font-weight: 600;
  text-decoration: none; text-align: center; }
.button.quiet { border-color: var(--line); color: var(--ink); }
a.primary:hover { color: var(--on-accent); }
.due { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .75rem 1.5rem; padding: 1rem 1.25rem;
  border: 1px solid var(--bad); border-radius: 14px; background: var(--bad-tint); }
.due + .due { margin-top: .75rem; }
.due p { flex: 1 1 20rem; }
#due:empty { display: none; }
.stack { display: grid; gap: 1.25rem; align-content: stretch; }
address { font-style: normal; }
address span { display: block; overflow-wrap: anywhere; }
.end { margin-top: auto; padding-top: 1.25rem; }
summary { cursor: pointer; color: var(--quiet); font-size: .9375rem; width: fit-content; }
.plan details form { margin-top: .5rem; padding-top: 0; }
.details { display: grid; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); gap: 1rem 1.25rem; margin-top: 1.25rem; }
.details fieldset { grid-column: 1 / -1; }
.details .primary { grid-column: 1 / -1; justify-self: start; margin-top: .5rem; }
.choice-form { justify-items: start; }
.plan form.choice-form { display: grid; margin: 0; padding: 0; gap: 1.25rem; }
fieldset { border: 0; margin: 0; padding: 0; width: 100%; }
.option { display: flex; align-items: baseline; gap: .65rem; padding: .6rem 0; border-top: 1px solid var(--line); cursor: pointer; }
input { font: inherit; accent-color: var(--accent); }
.field { display: grid; gap: .35rem; color: var(--quiet); font-size: .875rem; }
.field input, .field select { width: 8rem; padding: .45rem .75rem; border: 1px solid var(--line); border-radius: 10px; background: var(--paper);
  color: var(--ink); font-size: 1rem; }
:is(.details, .line-form) .field :is(input, select) { width: 100%; height: 2.5rem; font: inherit; }
.lines li { display: flex; justify-content: space-between; gap: 1rem; padding-bottom: .5rem; font-size: .875rem; color: var(--quiet); }
.lines span:last-child { white-space: nowrap; font-variant-numeric: tabular-nums; }

.locked { max-width: 40rem; display: grid; gap: .6rem; justify-items: start; }
.locked h2 { font-size: 1.375rem; color: var(--ink); margin: 0; font-weight: 650; letter-spacing: -.01em; }
.locked form { margin-top: 1rem; }
.offers, .facts { display: grid; gap: .75rem; width: 100%; margin-top: .75rem; }
.offers li, .facts li { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: .5rem 1rem;
  padding-top: .75rem; border-top: 1px solid var(--line); }
.facts li { font-size: .9375rem; }
.button.primary { color: var(--on-accent); }
.line-form { display: flex; flex-wrap: wrap; align-items: end; gap: .75rem; margin-bottom: 1rem; }
.line-form .field { flex: 1 1 12rem; }
.line-form .primary { height: 2.5rem; padding: 0 1.25rem; }
.end .line-form { margin: 0; }
.figure { font-size: 1.125rem; margin-bottom: 1rem; } .figure strong { font-size: 2.25rem; letter-spacing: -.02em; }
.lines + .hint { margin-top: 1rem; }
.troubles { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 1.25rem 2rem; margin: 1.25rem 0; }
legend { padding: 0; margin-bottom: .5rem; font-weight: 600; }
.log { font-size: .9375rem; margin-top: 1rem; }
.log th { font-weight: 550; } .log th code { display: block; color: var(--quiet); font-weight: 400; }
.log td, .log tbody th { vertical-align: top; padding-right: 1rem; }
.outcomes { display: grid; gap: .3rem; }

.sign-in { max-width: 30rem; margin: 3.5rem auto; width: 100%; display: grid; gap: 1rem; }
.choices { display: grid; gap: .75rem; margin-top: .75rem; }
.choices .field input { width: 100%; }
.choice { width: 100%; display: grid; grid-template-columns: auto 1fr auto; align-items: center; gap: 1rem; text-align: left;
  padding: 1rem 1.25rem; background: var(--surface); border-color: var(--line); border-radius: 14px; color: var(--ink); line-height: 1.35; }
.choice:hover { border-color: var(--accent); background: var(--tint); }
.avatar { display: grid; place-items: center; width: 2.75rem; height: 2.75rem; border-radius: 10px; background: var(--tint);
  color: var(--accent); font-size: 1.25rem; }
.choice:hover .avatar { background: var(--surface); }
.arrow { color: var(--accent); font-size: 1.25rem; }

@media (scripting: none) {
  .scripted { display: none; }
}
@media (max-width: 48rem) {
  .bar-inside, main, footer { padding-left: 1rem; padding-right: 1rem; }
  main { padding-top: 1.5rem; }
  h1 { font-size: 1.625rem; }
  .account { gap: .85rem; } .account .person { display: none; }
  .bar-inside { flex-wrap: wrap; padding-top: .75rem; padding-bottom: .5rem; gap: .5rem 1rem; }
  nav { order: 1; width: 100%; margin: 0 -.5rem; overflow-x: auto; }
  .columns, .probes, .troubles { grid-template-columns: minmax(0, 1fr); }
  .card { padding: 1.15rem; }
  .sign-in { margin: 1.25rem auto; }
  dl > div { grid-template-columns: minmax(0, 1fr); }
  .primary { width: 100%; }
  table, tbody { display: block; }
  thead { display: none; }
  tbody tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .15rem 1rem; padding: .75rem 0;
    border-top: 1px solid var(--line); }
  tbody th, tbody td, td.amount { border: 0; padding: 0; }
  td.amount { grid-area: 1 / 2; }
  td.amount + td { text-align: right; }
  .documents { grid-column: 2; }
  .log tbody tr { display: block; }
  .log td, .log tbody th { display: block; padding: .15rem 0; }
}
@media (prefers-reduced-motion: no-preference) {
  button { transition: background-color .12s, border-color .12s, color .12s; }
}
`;
