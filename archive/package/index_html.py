# ruff: noqa: E501  a document in a string
"""index.html of a package: opens from a disc without Guidang, readable without scripts; a tiny one searches."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from archive.package.card import UnitCard
from archive.package.names import METADATA, README_TXT, REGISTER_XLSX, REPORT

HEAD = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
script-src 'unsafe-inline'">
<title>{title}</title><style>
body{{font:15px/1.55 "Noto Sans CJK SC","Microsoft YaHei","PingFang SC",system-ui,sans-serif;margin:0;color:#1c2430;
background:#f4f5f7}}
header{{background:#fff;border-bottom:1px solid #dfe3e8;padding:1.2rem 2rem}}
h1{{font-size:1.25rem;margin:0 0 .3rem}}
header p{{margin:.15rem 0;color:#5a6472}}
a{{color:#1d5fd1;text-decoration:none}}a:hover{{text-decoration:underline}}
#q{{font:inherit;width:min(34rem,90%);padding:.45rem .8rem;border:1px solid #c3cad3;border-radius:8px;margin:.8rem 0 0}}
main{{padding:1rem 2rem 3rem}}
table{{border-collapse:collapse;width:100%;background:#fff;font-size:.92rem}}
th,td{{text-align:left;vertical-align:top;padding:.45rem .7rem;border:1px solid #e3e7ec}}
th{{background:#eef1f5;position:sticky;top:0;white-space:nowrap}}
td.n{{text-align:right;color:#5a6472}}td.w{{white-space:nowrap}}
td small{{color:#8a93a0}}tr[hidden]{{display:none}}
@media print{{#q,.q{{display:none}}th{{position:static}}}}
</style></head><body><header><h1>{title}</h1>
<p>{sender} · 全宗 {fonds} · 制作 {made}</p>
<p><a href="{readme}">说明文件</a> · <a href="{register}">目录文件（登记表）</a> · <a href="{report}">四性检测报告</a> · \
<a href="manifest.tsv">摘要清单</a></p>
<div class="q"><label for="q" hidden>检索</label><input id="q" type="search" placeholder="检索：题名、档号、文件号、年月…">
<span id="c"></span></div></header>
<main><table><thead><tr><th>序号<th>档号<th>文件号<th>题名<th>形成日期<th>保管期限<th>电子文件</tr></thead><tbody>
"""
FOOT = """</tbody></table></main>
<script>
var q=document.getElementById("q"),c=document.getElementById("c"),rows=[].slice.call(document.querySelectorAll("tbody tr"));
q.addEventListener("input",function(){var w=q.value.toLowerCase().split(/\\s+/),n=0;rows.forEach(function(r){
var t=r.textContent.toLowerCase(),h=w.every(function(x){return t.indexOf(x)>=0});r.hidden=!h;n+=h});
c.textContent=q.value?n+" 件":""});
</script></body></html>
"""


def head(title: str, sender: str, fonds: str, made: str) -> bytes:
    """Everything above the rows."""
    return HEAD.format(
        title=escape(title), sender=escape(sender), fonds=escape(fonds), made=escape(made), readme=quote(README_TXT),
        register=quote(REGISTER_XLSX), report=quote(REPORT),
    ).encode()  # fmt: skip


def row(card: UnitCard, folder: str) -> bytes:
    """One unit: every file a link beside it, and its metadata."""
    u = card.unit
    links = "<br>".join(
        f'<a href="{escape(quote(path))}">{escape(path.rpartition("/")[2])}</a> <small>{_size(paper.file.size)}</small>'
        for paper, path in zip(u.papers, card.paths, strict=True)
    )
    links += f'<br><a href="{escape(quote(folder + "/" + METADATA))}"><small>元数据</small></a>'
    formed = u.formed.isoformat() if u.formed else ""
    cells = (
        f"<td class=n>{card.nth}", f"<td class=w>{escape(u.archive_no)}", f"<td>{escape(u.file_no)}",
        f"<td>{escape(u.title)}", f"<td class=w>{formed}", f"<td class=w>{escape(u.retention)}", f"<td>{links}",
    )  # fmt: skip
    return ("<tr>" + "".join(cells) + "</tr>\n").encode()


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1_000_000 else f"{max(size / 1e3, 0.1):.1f} kB"
