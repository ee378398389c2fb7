"""Meilisearch's error answers, and its settings as the stand-in checks them."""

from __future__ import annotations

import re
from typing import Any

_SETTINGS: dict[str, type | tuple[type, ...]] = {
    "synonyms": dict, "stopWords": list, "rankingRules": list, "filterableAttributes": list,
    "distinctAttribute": str, "searchableAttributes": list, "displayedAttributes": list, "sortableAttributes": list,
    "typoTolerance": dict, "faceting": dict, "pagination": dict, "proximityPrecision": str, "separatorTokens": list,
    "nonSeparatorTokens": list, "searchCutoffMs": int, "dictionary": list, "embedders": dict,
    "localizedAttributes": list, "facetSearch": bool, "prefixSearch": str,
}  # fmt: skip
_INSIDE = {
    "typoTolerance": {"enabled", "minWordSizeForTypos", "disableOnWords", "disableOnAttributes", "disableOnNumbers"},
    "pagination": {"maxTotalHits"},
    "faceting": {"maxValuesPerFacet", "sortFacetValuesBy"},
}
_CHOICES = {"prefixSearch": {"indexingTime", "disabled"}, "proximityPrecision": {"byWord", "byAttribute"}}
_RULES = {"words", "typo", "proximity", "attribute", "attributeRank", "wordPosition", "sort", "exactness"}
_LOCALES = {"cmn", "zho", "jpn", "kor", "eng", "deu", "fra"}  # those this project could name


class Refused(Exception):
    """An error answer."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def body(self) -> dict[str, Any]:
        """As Meilisearch writes it."""
        kind = "auth" if self.code in ("missing_authorization_header", "invalid_api_key") else "invalid_request"
        link = f"https://docs.meilisearch.com/errors#{self.code}"
        return {"message": self.message, "code": self.code, "type": kind, "link": link}


def check_settings(body: dict[str, Any]) -> None:
    """Raises Refused for unknown names, wrong types and unknown choices."""
    for name, value in body.items():
        if name not in _SETTINGS:
            raise Refused(400, "bad_request", f"Unknown field `{name}`: expected one of {', '.join(_SETTINGS)}")
        code = "invalid_settings_" + re.sub("([A-Z])", lambda m: "_" + m[0].lower(), name)
        if value is None:
            continue
        if not isinstance(value, _SETTINGS[name]):
            raise Refused(400, code, f"Invalid value type at `.{name}`")
        if name in _CHOICES and value not in _CHOICES[name]:
            raise Refused(400, code, f"Unknown value `{value}` at `.{name}`")
        if unknown := set(value) - _INSIDE[name] if name in _INSIDE else None:
            raise Refused(400, code, f"Unknown field `{unknown.pop()}` inside `.{name}`")
    for rule in body.get("rankingRules") or []:
        if rule not in _RULES and not re.fullmatch(r"\w+:(asc|desc)", rule):
            raise Refused(400, "invalid_settings_ranking_rules", f"`{rule}` ranking rule is invalid.")
    for rule in body.get("localizedAttributes") or []:
        if set(rule) != {"locales", "attributePatterns"} or set(rule["locales"]) - _LOCALES:
            raise Refused(400, "invalid_settings_localized_attributes", f"Invalid rule `{rule}`")
