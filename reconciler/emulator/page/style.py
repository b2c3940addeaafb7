"""The style of the page, in light and dark, and its digest, by which alone the page's policy allows it."""

from base64 import b64encode
from hashlib import sha256

STYLE = """
:root { color-scheme: light dark;
  --ink: #1b2430; --soft: #5b6878; --line: #d9dfe7; --paper: #fff; --ground: #f4f6f9;
  --good: #17733f; --bad: #b3261e; --warn: #8a5a00; --chip: #eaeef4; }
@media (prefers-color-scheme: dark) { :root {
  --ink: #e4e9f0; --soft: #9aa7b8; --line: #2f3947; --paper: #171d26; --ground: #0f141b;
  --good: #6bd495; --bad: #ff9289; --warn: #f0c060; --chip: #242d39; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 84rem; background: var(--ground); color: var(--ink);
  font: 15px/1.45 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; margin-bottom: 1rem; }
h1 { font-size: 1.3rem; margin: 0; }
a { color: inherit; }
code, .mono { font: 13px/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; margin: 0 0 1rem; padding: 0; list-style: none; }
.tiles li { background: var(--paper); border: 1px solid var(--line); border-radius: .5rem;
  padding: .5rem .9rem; }
.tiles strong { display: block; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: .5rem;
  margin-bottom: 1.25rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding: .6rem .8rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .8rem; border-top: 1px solid var(--line); }
th { color: var(--soft); font-weight: 500; white-space: nowrap; }
td { font-variant-numeric: tabular-nums; }
td.name { min-width: 13rem; max-width: 22rem; overflow-wrap: anywhere; }
td.tight { white-space: nowrap; }
.id { display: block; color: var(--soft); }
meter { display: block; width: 6rem; height: .5rem; }
ul.files { margin: 0; padding: 0; list-style: none; }
.chip { background: var(--chip); border-radius: .3rem; padding: .05rem .4rem; white-space: nowrap; }
footer { color: var(--soft); }
"""

POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page may use its own style and nothing else: no script, no image, no network."""
