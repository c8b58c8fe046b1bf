"""Secrets that are known by their form: tokens, private keys, passwords in addresses.

A form is taken only where it is unmistakable. A word that is redacted wrongly is a nuisance each
time, so names alone («password is …») redact nothing.
"""

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Final

PLACE: Final = "[redacted]"
"""What stands where a secret was."""
LONG_START: Final = "eyJ"
"""How tokens begin that may be very long: they hold claims."""
_HEX: Final = "[0-9a-f]"
_ALNUM: Final = "[A-Za-z0-9]"
_WORD: Final = "[A-Za-z0-9_-]"
TOKENS: Final = {
    # Models.
    "sk-": rf"(?=[A-Za-z_-]*\d){_WORD}{{20,}}",
    "gsk_": rf"{_ALNUM}{{40,}}",
    "xai-": rf"{_ALNUM}{{40,}}",
    "hf_": rf"{_ALNUM}{{30,}}",
    "r8_": rf"{_ALNUM}{{37,}}",
    "pplx-": rf"{_ALNUM}{{40,}}",
    "nvapi-": rf"{_WORD}{{40,}}",
    "csk-": rf"{_ALNUM}{{40,}}",
    "tgp_v1_": rf"{_WORD}{{30,}}",
    # Where code lives.
    "ghp_": rf"{_ALNUM}{{30,}}",
    "gho_": rf"{_ALNUM}{{30,}}",
    "ghu_": rf"{_ALNUM}{{30,}}",
    "ghs_": rf"{_ALNUM}{{30,}}",
    "ghr_": rf"{_ALNUM}{{30,}}",
    "github_pat_": r"[A-Za-z0-9_]{30,}",
    "glpat-": rf"{_WORD}{{20,}}(?:\.{_WORD}+)*",
    "gldt-": rf"{_WORD}{{20,}}",
    "glrt-": rf"{_WORD}{{20,}}",
    "glptt-": rf"{_HEX}{{40}}",
    "glcbt-": rf"{_WORD}{{20,}}",
    "ATATT3": rf"{_WORD}{{100,}}=?",
    "ATBB": rf"{_ALNUM}{{32}}",
    # Clouds.
    "AKIA": "(?![A-Z0-9]{9}EXAMPLE)[A-Z0-9]{16}",
    "ASIA": "(?![A-Z0-9]{9}EXAMPLE)[A-Z0-9]{16}",
    "AIza": rf"{_WORD}{{35}}",
    "ya29.": rf"{_WORD}{{20,}}",
    "GOCSPX-": rf"{_WORD}{{20,}}",
    "dop_v1_": rf"{_HEX}{{64}}",
    "doo_v1_": rf"{_HEX}{{64}}",
    "dapi": rf"{_HEX}{{32}}",
    "hvs.": rf"{_WORD}{{24,}}",
    "hvb.": rf"{_WORD}{{24,}}",
    "pul-": rf"{_HEX}{{40}}",
    "sbp_": rf"{_HEX}{{40}}",
    "sb_secret_": rf"{_WORD}{{20,}}",
    "figd_": rf"{_WORD}{{40,}}",
    "lin_api_": rf"{_ALNUM}{{40}}",
    "ntn_": rf"\d{{11}}{_ALNUM}{{35}}",
    "PMAK-": rf"{_HEX}{{24}}-{_HEX}{{34}}",
    "glsa_": rf"{_ALNUM}{{32}}_[A-Fa-f0-9]{{8}}",
    "sntrys_": r"[A-Za-z0-9+/=_-]{40,}",
    "sntryu_": rf"{_HEX}{{64}}",
    "NRAK-": "[A-Z0-9]{27}",
    # Packages and images.
    "npm_": rf"{_ALNUM}{{36}}",
    "pypi-": rf"{_WORD}{{50,}}",
    "dckr_pat_": rf"{_WORD}{{27,}}",
    "rubygems_": rf"{_HEX}{{48}}",
    # Messages, mail, money.
    "xox": r"[abceoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,}",
    "xapp-": r"[A-Za-z0-9-]{20,}",
    "SG.": rf"{_WORD}{{22}}\.{_WORD}{{43}}",
    "sk_live_": rf"{_ALNUM}{{16,}}",
    "sk_test_": rf"{_ALNUM}{{16,}}",
    "rk_live_": rf"{_ALNUM}{{16,}}",
    "rk_test_": rf"{_ALNUM}{{16,}}",
    "whsec_": r"[A-Za-z0-9+/=]{24,}",
    "shpat_": "[A-Fa-f0-9]{32}",
    "shpss_": "[A-Fa-f0-9]{32}",
    "shpca_": "[A-Fa-f0-9]{32}",
    "sq0csp-": rf"{_WORD}{{43}}",
    "sq0atp-": rf"{_WORD}{{22}}",
    "hooks.slack.com/": rf"(?:services|workflows)/T\w+/\w+/{_ALNUM}{{20,}}",
    "discord.com/api/webhooks/": r"\d{15,20}/[\w-]{60,}",
    "discordapp.com/api/webhooks/": r"\d{15,20}/[\w-]{60,}",
    "api.telegram.org/bot": r"\d{6,12}:[\w-]{30,}",
    # Keys and signed claims.
    "AccountKey=": r"[A-Za-z0-9+/]{86}==",
    "AGE-SECRET-KEY-1": "[A-Z0-9]{58}",
    LONG_START: rf"{_WORD}{{10,}}(?:\.{_WORD}{{10,}}){{2,4}}",
}
"""How tokens begin, and what follows: all made of letters, digits and `_-.+/=:`."""
_AWS: Final = "aws_secret_access_key"
"""What stands before a key that has no form of its own."""
KEY_NAME: Final = r"(?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----"
"""What stands after `BEGIN` and `END` of a private key."""
KEY_BODY: Final = r"(?=[\s\\A-Za-z0-9+/])"
"""A key begins after its name; a program that only speaks of one has a quotation mark there."""


_WHOLE_STARTS: Final = tuple(TOKENS)
_STARTS: Final = frozenset(
    start[:end] for start in (*TOKENS, _AWS, _AWS.upper()) for end in range(1, len(start) + 1)
)
BEGUN: Final = re.compile(
    r"(?:(?<![A-Za-z])[Bb](?:earer(?: [A-Za-z0-9._~+/=-]*)?|e|ea|ear|eare)?"
    r"|(?<![A-Za-z])[Bb](?:asic(?: [A-Za-z0-9+/=]*)?|a|as|asi)?"
    rf"|(?<![A-Za-z])(?i:{_AWS})[\"'\s=:]{{0,9}}[A-Za-z0-9+/]{{0,40}}"
    r"|(?<![\w.-])(?P<token>[A-Za-z][\w.+/=:-]*)"
    r"|-{1,5}|-----B[A-Z0-9 -]{0,60}"
    r"|:(?:/?|//[^\s/@'\"]{0,400}))\Z",
    re.ASCII,
)
"""The end of a text which may be the beginning of a secret; a token is looked at by `begins`."""


def _grouped(words: Iterable[str]) -> str:
    """A pattern for any of `words` that looks at the first letter once."""
    groups = groupby(sorted(words), key=lambda word: word[0])
    return "|".join(
        f"{re.escape(first)}(?:{'|'.join(re.escape(word[1:]) for word in group)})"
        for first, group in groups
    )


_TOKENS: Final = "|".join(re.escape(start) + rest for start, rest in TOKENS.items())
_PRIVATE_KEY: Final = rf"-----BEGIN {KEY_NAME}{KEY_BODY}.{{0,20000}}?(?:-----END {KEY_NAME}|\Z)"
_FORMS: Final = re.compile(
    rf"(?<![\w.-])(?:{_TOKENS})"
    rf"|{_PRIVATE_KEY}"
    r"|(?P<before>"
    r"://[^\s:/@'\"]{0,200}:(?![<${%*]|(?:pass(?:word|wd)?|pwd|secret|x+|\.+)@)(?=[^\s/@'\"]{3,200}@)"
    r"|(?<![A-Za-z])[Bb]earer (?=[A-Za-z._~+/-]*\d)(?=[A-Za-z0-9._~+/-]{20})"
    r"|(?<![A-Za-z])[Bb]asic (?=[A-Za-z+/]*\d)(?=[a-z0-9+/]*[A-Z])(?=[A-Za-z0-9+/]{16})"
    rf"|(?i:(?<![a-z]){_AWS})[\"']?\s{{0,3}}[=:]\s{{0,3}}[\"']?(?=[A-Za-z0-9+/]{{40}})"
    r")(?P<secret>(?<=:)[^\s/@'\"]{3,200}(?=@)|[\w.~+/-]+=*)",
    re.DOTALL | re.ASCII,
)
_HINTS: Final = re.compile(
    _grouped(
        [
            *TOKENS,
            *("-----BEGIN", "://", "earer ", "asic ", "access_key", "ACCESS_KEY"),
        ]
    )
)
"""Something like this is in every text that holds a secret; most texts hold none and end here."""


def redact(text: str, *, after: str = "") -> str:
    """`text` with every secret in it replaced; `after` is the character before it."""
    if _HINTS.search(text) is None:
        return text
    whole, shown, pieces = after + text, len(after), []
    for found in _FORMS.finditer(whole, len(after)):
        pieces += [whole[shown : found.start()], found["before"] or "", PLACE]
        shown = found.end()
    return "".join([*pieces, whole[shown:]])


_PUBLIC: Final = re.compile(
    r"(?:[Bb](?:earer ?|e|ea|ear|eare)?|[Bb](?:asic ?|a|as|asi)?"
    rf"|(?i:{_AWS})[\"'\s=:]{{0,9}}"
    r"|-{1,5}|-----B[A-Z0-9 -]{0,60}"
    r"|:(?:/?|//[^\s/@'\":]{0,400}))\Z",
    re.ASCII,
)


def tells_nothing(text: str) -> bool:
    """Whether the beginning of what may become a secret holds none of it: it is how all of its
    kind begin, or what stands before them.
    """
    return text in _STARTS or _PUBLIC.fullmatch(text) is not None


def begins(word: str) -> bool:
    """Whether more of `word` may make it a token."""
    return word in _STARTS or word.startswith(_WHOLE_STARTS)
