"""What an old invoice's code says by itself: the region and the sort of invoice."""

from __future__ import annotations

#: First two digits of a region code → province; cities with their own tax bureau by four digits.
_PROVINCES = {
    "11": "北京", "12": "天津", "13": "河北", "14": "山西", "15": "内蒙古", "21": "辽宁", "22": "吉林", "23": "黑龙江",
    "31": "上海", "32": "江苏", "33": "浙江", "34": "安徽", "35": "福建", "36": "江西", "37": "山东", "41": "河南",
    "42": "湖北", "43": "湖南", "44": "广东", "45": "广西", "46": "海南", "50": "重庆", "51": "四川", "52": "贵州",
    "53": "云南", "54": "西藏", "61": "陕西", "62": "甘肃", "63": "青海", "64": "宁夏", "65": "新疆",
}  # fmt: skip
_CITIES = {"2102": "大连", "3302": "宁波", "3502": "厦门", "3702": "青岛", "4403": "深圳"}

REGIONS = (*_PROVINCES.values(), *_CITIES.values())

#: Last two digits of a twelve-digit code → sort.
_SORTS = {"11": "增值税电子普通发票", "12": "增值税电子普通发票", "13": "增值税电子专用发票"}
_SORTS |= {"04": "增值税普通发票", "05": "增值税普通发票", "06": "增值税普通发票(卷票)", "07": "增值税普通发票(卷票)"}


def region(code: str) -> str | None:
    """The province or city that issued a ten- or twelve-digit invoice code."""
    place = code[1:5] if len(code) == 12 else code[:4]
    return _CITIES.get(place) or _PROVINCES.get(place[:2])


def title(code: str) -> str | None:
    """The title such an invoice bears, e.g. 四川增值税电子普通发票; None where the code doesn't tell."""
    where = region(code)
    if where is None or len(code) != 12:
        return None
    if code.startswith("1"):
        return f"{where}电子普通发票"  # blockchain invoices have codes of their own, first digit 1
    sort = _SORTS.get(code[10:])
    return f"{where}{sort}" if sort else None


def is_toll(code: str) -> bool:
    """通行费 e-invoices end in 12."""
    return len(code) == 12 and code.startswith("0") and code.endswith("12")
