/** The look of a report: one sheet, light and dark, for a phone and for a desk. */
export const style = `
:root{color-scheme:light dark;--paper:#fff;--card:#fff;--panel:#f4f5f7;--line:#e3e6eb;--ink:#1b2028;--soft:#545d6b;--faint:#6f7887;
--blue:#1f6fb2;--slate:#7a8696;--sky:#4f97cf;--plum:#8e5a9f;--wrong:#c2470d;--teal:#138a7c;--gap:#f4cfbd;--spare:#c9dff0}
@media(prefers-color-scheme:dark){:root{--paper:#14171c;--card:#1a1e25;--panel:#222832;--line:#2e3541;--ink:#e9ecf1;--soft:#b0b8c5;--faint:#8c95a4;
--blue:#62a8e5;--slate:#94a0b1;--sky:#8cc1ec;--plum:#c393d3;--wrong:#f0885a;--teal:#4cc0b1;--gap:#5b3a2c;--spare:#2b4963}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 Inter,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:break-word}
main{max-width:1120px;margin:0 auto;padding:32px 24px 64px}
h1{font-size:26px;line-height:1.2;margin:0 0 4px;letter-spacing:-.01em}
h2{font-size:18px;margin:48px 0 12px}
h3{font-size:14px;margin:0 0 4px}
p{margin:0 0 12px;max-width:70ch}
.soft{color:var(--soft)}.faint{color:var(--faint)}.wrong{color:var(--wrong)}.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:1px;border:1px solid var(--line);border-radius:10px;overflow:hidden;margin:24px 0 0}
.tile{background:var(--card);padding:14px 16px;box-shadow:0 0 0 1px var(--line)}
.tile b{display:block;font-size:24px;font-weight:600;line-height:1.25;font-variant-numeric:tabular-nums}
.tile span{font-size:13px;color:var(--soft);display:block}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(300px,100%),1fr));gap:28px}
.two{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:32px;align-items:start}
@media(max-width:760px){main{padding:20px 16px 48px}.two{grid-template-columns:minmax(0,1fr)}h1{font-size:22px}h2{margin-top:36px}}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{fill:var(--faint);font-size:12px}
svg .label{font-weight:600}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:10px}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{padding:7px 12px;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
td:first-child{min-width:96px;max-width:min(340px,52vw);overflow-wrap:anywhere}
tr:last-child>*{border-bottom:0}
thead tr:last-child>*,tfoot tr:first-child>*{border-bottom:1px solid var(--line)}
tfoot td{background:var(--panel);font-weight:600}
tfoot td:first-child{overflow-wrap:normal}
tfoot{position:sticky;bottom:0}
.range{white-space:nowrap}
thead th{position:sticky;top:0;background:var(--card);font-weight:600;white-space:nowrap}
th.num,td.num{text-align:right}
th button{all:unset;cursor:pointer;display:inline-block}
th button:focus-visible{outline:2px solid var(--blue);outline-offset:3px;border-radius:3px}
th[aria-sort=ascending] button::after{content:" ↑"}th[aria-sort=descending] button::after{content:" ↓"}
.tall{max-height:560px;overflow:auto}
.bar{display:block;height:3px;background:var(--panel);margin-top:5px;border-radius:2px;overflow:hidden}
.bar i{display:block;height:100%;background:var(--blue)}.bar.bad i{background:var(--wrong)}
.matrix{overflow-x:auto}
.matrix text{font-size:inherit;fill:var(--soft);unicode-bidi:isolate}
.matrix .count{pointer-events:none;fill:var(--ink)}.matrix .on{fill:var(--card)}
.matrix .axis{font-weight:600;fill:var(--ink)}
.beside{display:grid;grid-template-columns:minmax(0,360px) minmax(0,1fr);gap:32px;align-items:center}
@media(max-width:760px){.beside{grid-template-columns:minmax(0,1fr);gap:12px}}
.key{list-style:none;padding:0;margin:0}
.key li{display:flex;gap:10px;align-items:baseline;color:var(--soft)}
.key i{flex:none;width:11px;height:11px;outline:1px solid transparent}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(124px,1fr));gap:18px}
.pictures figure{margin:0;min-width:0}
.pictures img{width:100%;aspect-ratio:1;object-fit:contain;background:var(--panel);border:3px solid var(--wrong);border-radius:4px;display:block}
.pictures img.right{border:1px solid var(--line)}
.pictures.wide{grid-template-columns:repeat(auto-fill,minmax(220px,1fr))}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:3px}
figcaption{font-size:13px;line-height:1.4;margin-top:6px}
figcaption div{display:flex;gap:6px}
figcaption div:first-child{justify-content:space-between}
figcaption span{flex:none}
figcaption .end{margin-left:auto}
figcaption bdi{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
details{border:1px solid var(--line);border-radius:10px;margin:0 0 12px}
summary{cursor:pointer;padding:10px 14px;font-weight:600}
pre{margin:0;padding:12px 14px;overflow:auto;font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--panel);border-radius:10px}
pre.wrap{white-space:pre-wrap}
details pre{border-radius:0 0 10px 10px;max-height:520px}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:4px 18px;margin:0 0 16px}
dt{color:var(--soft)}dd{margin:0}
@media(max-width:480px){.pictures:not(.wide){grid-template-columns:repeat(auto-fill,minmax(100px,1fr));gap:14px 12px}}
@media print{.tall{max-height:none}details>pre{max-height:none}}
`
