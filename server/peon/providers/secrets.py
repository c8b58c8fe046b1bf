"""What counts as a secret: tokens and keys known by their form, and values in a project's `.env`.

A form is taken only where it is unmistakable. A word that is redacted wrongly is a nuisance each
time, so names alone («password is …») redact nothing; what a project calls a secret does.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import attrs

PLACE: Final = "[redacted]"
"""What stands where a secret was."""
TOKEN_PREFIXES: Final = {
    "sk-": r"sk-(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{20,}",
    "sk_live_": r"sk_live_[A-Za-z0-9]{16,}",
    "rk_live_": r"rk_live_[A-Za-z0-9]{16,}",
    "ghp_": r"ghp_[A-Za-z0-9]{30,}",
    "gho_": r"gho_[A-Za-z0-9]{30,}",
    "ghu_": r"ghu_[A-Za-z0-9]{30,}",
    "ghs_": r"ghs_[A-Za-z0-9]{30,}",
    "ghr_": r"ghr_[A-Za-z0-9]{30,}",
    "github_pat_": r"github_pat_[A-Za-z0-9_]{30,}",
    "glpat-": r"glpat-[A-Za-z0-9_-]{20,}",
    "xox": r"xox[abeoprs]-[A-Za-z0-9-]{10,}",
    "xapp-": r"xapp-[A-Za-z0-9-]{20,}",
    "AKIA": r"AKIA[A-Z0-9]{16}",
    "ASIA": r"ASIA[A-Z0-9]{16}",
    "AIza": r"AIza[A-Za-z0-9_-]{35}",
    "ya29.": r"ya29\.[A-Za-z0-9_-]{20,}",
    "GOCSPX-": r"GOCSPX-[A-Za-z0-9_-]{20,}",
    "npm_": r"npm_[A-Za-z0-9]{36}",
    "pypi-": r"pypi-[A-Za-z0-9_-]{50,}",
    "hf_": r"hf_[A-Za-z0-9]{30,}",
    "gsk_": r"gsk_[A-Za-z0-9]{40,}",
    "xai-": r"xai-[A-Za-z0-9]{40,}",
    "eyJ": r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
}
"""How tokens begin, and their whole form. They are made of letters, digits, `_`, `-` and `.`."""

_TOKENS: Final = "|".join(TOKEN_PREFIXES.values())
KEY_NAME: Final = r"(?:[A-Z0-9]+ ){0,4}PRIVATE KEY-----"
"""What stands after `BEGIN` and `END` of a private key in PEM."""
_PRIVATE_KEY: Final = rf"-----BEGIN {KEY_NAME}.{{0,20000}}?(?:-----END {KEY_NAME}|\Z)"
_FORMS: Final = re.compile(
    rf"(?<![\w.-])(?:{_TOKENS})"
    rf"|(?P<key>{_PRIVATE_KEY})"
    r"|(?P<login>://[^\s:/@'\"]{0,200}:)(?P<password>[^\s/@'\"]{3,200})(?=@)"
    r"|(?<![A-Za-z])(?P<bearer>[Bb]earer )(?P<credential>[A-Za-z0-9._~+/-]{20,}=*)",
    re.DOTALL,
)
_HINTS: Final = re.compile(
    "|".join(map(re.escape, [*TOKEN_PREFIXES, "-----BEGIN", "://", "earer "]))
)
"""Something like this is in every text that holds a secret; most texts hold none and end here."""

_ENV_LINE: Final = re.compile(
    r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(?:\"([^\"\n]*)\"|'([^'\n]*)'|([^\s#]*))", re.MULTILINE
)
_SECRET_NAME: Final = re.compile(
    r"KEY|TOKEN|SECRET|PASSW|PASSPHRASE|PWD|CREDENTIAL|PRIVATE|AUTH|DSN|WEBHOOK", re.IGNORECASE
)
_EXAMPLES: Final = (".example", ".sample", ".template", ".dist", ".defaults")
_SHORTEST_NAMED: Final = 6
_LONGEST_FILE: Final = 64 * 1024
_MOST_FILES: Final = 20


@attrs.frozen
class Secrets:
    """The forms, and these values. Values are found wherever they stand, also inside words."""

    values: tuple[str, ...] = attrs.field(default=(), repr=False)
    _known: re.Pattern[str] | None = attrs.field(init=False, repr=False)

    @_known.default
    def _compile(self) -> re.Pattern[str] | None:
        longest_first = sorted(filter(None, self.values), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def redact(self, text: str, *, after: str = "") -> str:
        """`text` with every secret in it replaced; `after` is the character before it."""
        if self._known is not None:
            text = self._known.sub(PLACE, text)
        if _HINTS.search(text) is None:
            return text
        whole, shown, pieces = after + text, len(after), []
        for found in _FORMS.finditer(whole, len(after)):
            pieces += [whole[shown : found.start()], found["login"] or found["bearer"] or "", PLACE]
            shown = found.end()
        return "".join([*pieces, whole[shown:]])


def secrets_of(root: Path) -> Secrets:
    """The secrets a project defines in the `.env` files beside its root. Reads files."""
    values = (value for path in _env_files(root) for value in _values(path))
    return Secrets(tuple(dict.fromkeys(values)))


def _env_files(root: Path) -> list[Path]:
    try:
        found = [path for path in root.iterdir() if _is_env(path.name) and path.is_file()]
    except OSError:
        return []
    return sorted(found)[:_MOST_FILES]


def _is_env(name: str) -> bool:
    return (name.startswith(".env") or name.endswith(".env")) and not name.endswith(_EXAMPLES)


def _values(path: Path) -> Iterator[str]:
    try:
        if path.stat().st_size > _LONGEST_FILE:
            return
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    yield from secret_values(text)


def secret_values(text: str) -> Iterable[str]:
    """The values in the text of an `.env` file which are secrets.

    A name that says so, or a value that nobody would have thought of. `production` or a port is
    neither, however it is written.
    """
    for name, *written in _ENV_LINE.findall(text):
        value = next((each for each in written if each), "")
        named = len(value) >= _SHORTEST_NAMED and _SECRET_NAME.search(name) is not None
        if (named and not _is_plain(value)) or _looks_random(value):
            yield value


def _is_plain(value: str) -> bool:
    """Whether it is a word, a number, a path or an address, as settings have them."""
    plain = r"[a-z]+|[A-Z]+|\d+|true|false|[./~].*|https?://[^@]*|\$\{?\w+\}?"
    return re.fullmatch(plain, value) is not None


def _looks_random(value: str) -> bool:
    """Twenty characters or more, letters of both cases and digits, nothing that divides words."""
    return (
        re.fullmatch(r"[A-Za-z0-9+/=_-]{20,}", value) is not None
        and re.search(r"[a-z]", value) is not None
        and re.search(r"[A-Z]", value) is not None
        and re.search(r"\d", value) is not None
    )
