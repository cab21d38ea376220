/** The look of the hosted pages: two columns on a desk, one on a phone; light and dark. */
export const STYLES: string = `
:root { color-scheme: light dark; --ink: #1a1f36; --quiet: #5b6478; --line: #e3e8ee; --page: #ffffff; --side: #1f2440;
  --side-ink: #f4f6fb; --side-quiet: #b9c0d8; --side-line: #3a4166; --accent: #5a4fe0; --accent-strong: #4a3fd0;
  --accent-ink: #ffffff; --danger: #b3261e; --danger-strong: #93201a; --danger-ink: #ffffff; --hover: #f6f8fa;
  --field-line: #9aa4b5; --note: #fff6e0; --note-ink: #6b4700; --good: #e3f6ea; --good-ink: #0d5b2e;
  --bad: #fdeceb; --bad-ink: #8c1d18; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9ecf5; --quiet: #a3acc2; --line: #2d3350; --page: #12152a; --side: #0a0c1a; --side-quiet: #a3acc2;
    --side-line: #2d3350; --accent: #aaa3ff; --accent-strong: #c3beff; --accent-ink: #14122e; --danger: #ff9d95;
    --danger-strong: #ffb9b3; --danger-ink: #33090a; --hover: #1c2140; --field-line: #5e688a; --note: #3a2e10;
    --note-ink: #ffdc8c; --good: #12351f; --good-ink: #8fe0b0; --bad: #3f1716; --bad-ink: #ffb3ad; }
}
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--page); line-height: 1.5;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.skip { position: absolute; left: -999px; top: 0; background: var(--page); padding: .5rem 1rem; }
.skip:focus { left: 1rem; top: 1rem; z-index: 1; }
.frame { min-height: 100vh; display: grid; grid-template-columns: minmax(16rem, 1fr) minmax(0, 2fr); }
.side { background: var(--side); color: var(--side-ink); padding: 4rem 3rem; display: flex; flex-direction: column; gap: 1rem;
  align-items: flex-end; text-align: left; }
.side > * { width: 100%; max-width: 20rem; }
.side h2 { font-size: 1.5rem; line-height: 1.25; margin: 0; }
.side p { margin: 0; color: var(--side-quiet); } .side .legal { display: flex; flex-wrap: wrap; gap: 0 1.5rem; font-size: .875rem; }
.side a { color: var(--side-ink); }
.side :focus-visible { outline-color: var(--side-ink); }
.side .mark { margin-top: auto; font-size: .8125rem; } .side .mark strong { white-space: nowrap; }
.badge { display: inline-block; background: #ffde91; color: #4f3a00; border-radius: 4px; padding: 0 .4rem;
  font-size: .75rem; font-weight: 600; margin-right: .35rem; }
main { padding: 4rem 3rem; max-width: 52rem; width: 100%; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 1.25rem; }
.section { font-size: .8125rem; line-height: 1.5; letter-spacing: .04em; text-transform: uppercase; color: var(--quiet); margin: 2.5rem 0 .75rem;
  padding-bottom: .5rem; border-bottom: 1px solid var(--line); }
main > .section:first-child { margin-top: 0; }
.card { padding: 1.25rem 0; border-bottom: 1px solid var(--line); display: grid; grid-template-columns: 1fr auto; gap: 1rem; }
.card:last-of-type { border-bottom: 0; }
.plan h3 { margin: 0; font-size: 1rem; }
.plan .price { font-size: 1.375rem; font-weight: 600; margin: .125rem 0 0; color: var(--ink); }
.plan + p { margin: .5rem 0 0; color: var(--quiet); }
.narrow .plan { border: 1px solid var(--line); border-radius: 8px; padding: 1rem 1.25rem; }
.narrow .plan + p { margin: 1.25rem 0; color: var(--ink); }
.actions { display: flex; flex-direction: column; gap: .5rem; align-items: stretch; min-width: 11rem; }
.status { display: inline-block; border-radius: 999px; padding: .05rem .6rem; font-size: .8125rem; font-weight: 600;
  background: var(--good); color: var(--good-ink); vertical-align: middle; margin-left: .5rem; }
.status.ending { background: var(--note); color: var(--note-ink); }
button, .button { font: inherit; font-weight: 600; border-radius: 8px; padding: .6rem 1rem; cursor: pointer; text-align: center;
  border: 1px solid var(--line); background: var(--page); color: var(--ink); text-decoration: none; display: block; width: 100%; }
button:hover, .button:hover { background: var(--hover); }
.primary { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
.primary:hover { background: var(--accent-strong); }
.danger { background: var(--danger); border-color: var(--danger); color: var(--danger-ink); }
.danger:hover { background: var(--danger-strong); }
.notice { border-radius: 8px; padding: .75rem 1rem; background: var(--good); color: var(--good-ink); margin: 0 0 1.5rem; }
.narrow { max-width: 30rem; }
.narrow form, .narrow .button { margin-top: 1rem; }
fieldset { border: 1px solid var(--line); border-radius: 8px; margin: 1.5rem 0 0; padding: .75rem 1rem 1rem; }
legend { font-weight: 600; padding: 0 .25rem; } legend small { font-size: .875rem; font-weight: 400; color: var(--quiet); white-space: nowrap; }
.number { white-space: nowrap; }
.choice { display: flex; gap: .6rem; align-items: center; padding: .35rem 0; line-height: 1.25rem; }
.choice input { width: 1.25rem; height: 1.25rem; margin: 0; flex: none; accent-color: var(--accent); }
textarea, input[type=text], input[type=email], input[type=tel], input[type=number], select { width: 100%; font: inherit; padding: .55rem .7rem;
  border: 1px solid var(--field-line); border-radius: 8px; background: var(--page); color: var(--ink); }
label.above { display: block; font-weight: 600; margin: 1rem 0 .3rem; }
dl.facts { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1.5rem; margin: 0; }
dl.facts dt { color: var(--quiet); } dl.facts dd { margin: 0; }
table { width: 100%; border-collapse: collapse; } th, td { text-align: left; padding: .6rem .5rem .6rem 0; }
th { color: var(--quiet); font-weight: 600; font-size: .8125rem; } tr + tr :is(td, th) { border-top: 1px solid var(--line); }
td.amount + td { padding-left: 1rem; } td.amount, th.amount { text-align: right; font-variant-numeric: tabular-nums; padding-right: 0; }
.choice small { display: block; color: var(--quiet); font-size: .8125rem; }
.choice .brand { text-transform: capitalize; } .choice .digits { font-variant-numeric: tabular-nums; }
.choice:has(small) { align-items: flex-start; }
.beside { display: flex; gap: .75rem; align-items: stretch; } .beside button { width: auto; }
.stack { margin-top: 1.5rem; } .side h2 + p:not(:has(a)) { margin-top: -.75rem; }
.terms { color: var(--quiet); font-size: .875rem; margin: 0; }
ul.order { list-style: none; margin: .5rem 0 0; padding: 0; border-top: 1px solid var(--side-line); }
ul.order li { display: flex; justify-content: space-between; gap: 1.5rem; padding: .6rem 0; border-bottom: 1px solid var(--side-line); }
ul.order li span:last-child { text-align: right; color: var(--side-quiet); }
.notice h2 { font-size: 1rem; margin: 0; } .notice p { margin: .25rem 0 0; } .notice a { color: inherit; font-weight: 600; }
.notice.bad { background: var(--bad); color: var(--bad-ink); }
.quiet { color: var(--quiet); } .problem { color: var(--danger); font-size: .875rem; font-weight: 600; margin: .3rem 0 0; }
:is(fieldset, input, select)[aria-invalid=true] { border-color: var(--danger); }
.choice.offer { align-items: flex-start; padding: .75rem 0; } .choice.offer + .choice.offer { border-top: 1px solid var(--line); }
.choice.offer > span:nth-of-type(1) { flex: 1; } .choice.offer .quiet { display: block; }
.choice.offer .status { white-space: nowrap; }
.total { font-size: 1.75rem; font-weight: 600; line-height: 1.25; margin: 0 0 .5rem; } .total small { font-size: 1rem; font-weight: 400; color: var(--quiet); }
.row { display: flex; flex-wrap: wrap; gap: 0 1rem; justify-content: space-between; align-items: flex-start; padding: .25rem 0; } .row p { margin: .25rem 0; }
.links { display: flex; gap: 1rem; white-space: nowrap; } .button.inline { display: inline-block; width: auto; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
button + button { margin-top: .75rem; } form > button, form > p > button { margin-top: 1rem; }
@media (max-width: 46rem) {
  .frame { display: block; min-height: 0; }
  .side { padding: 1.5rem 1.25rem; } .side > * { max-width: none; }
  main { padding: 1.5rem 1.25rem 3rem; }
  .card { grid-template-columns: 1fr; } .actions { min-width: 0; }
}
`;
