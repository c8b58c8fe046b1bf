"""The secrets that a project keeps in `.env` files: which files those are, and which values.

What a project calls a secret is one, unless it is plainly a setting: redacting every `production`
or every port would make what agents say unreadable.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from peon.providers.secrets import Secrets

_EXAMPLES: Final = (".example", ".sample", ".template", ".dist", ".defaults", ".schema", ".md")
_NOT_OURS: Final = frozenset(
    {"node_modules", "vendor", "venv", "site-packages", "__pycache__", "target", "dist", "build"}
)
"""Folders of other people's files, and of what is made of ours."""
_DEEPEST: Final = 3
_MOST_ENTRIES: Final = 10_000
"""Entries of folders that are looked at: a workspace may be a whole disk."""
_MOST_FILES: Final = 50
_LONGEST_FILE: Final = 256 * 1024

_LINE: Final = re.compile(
    r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.]*)[ \t]*[=:][ \t]*"
    r"(?:\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|([^\n]*?))(?:[ \t]+#[^\n]*)?[ \t\r]*$",
    re.MULTILINE | re.DOTALL,
)
_SECRET: Final = frozenset(
    {
        *("PASSWORD", "PASSWORDS", "PASSWD", "PASS", "PASSPHRASE", "PWD", "PW"),
        *("SECRET", "SECRETS", "CREDENTIAL", "CREDENTIALS"),
    }
)
"""Words of a name whose value is a secret even if it is a word that anybody knows."""
_SUSPECT: Final = frozenset(
    {
        *("KEY", "KEYS", "APIKEY", "TOKEN", "TOKENS", "AUTH", "PRIVATE", "DSN"),
        *("WEBHOOK", "SIGNING", "ENCRYPTION", "SALT", "PAT"),
    }
)
"""Words of a name whose value is a secret if it looks like one."""
_SECRET_ENDS: Final = ("PASSWORD", "PASSWD", "SECRET")
_SUSPECT_ENDS: Final = ("TOKEN", "APIKEY", "ACCESSKEY", "SECRETKEY")
"""How words may end that are written together."""
_DESCRIBES: Final = frozenset(
    {
        *("NAME", "ID", "FILE", "PATH", "DIR", "HOST", "PORT", "TYPE", "PREFIX"),
        *("SUFFIX", "TTL", "EXPIRY", "EXPIRES", "ENABLED", "DISABLED", "ALGORITHM"),
        *("ALG", "LENGTH", "SIZE", "REGION", "METHOD", "MODE", "HEADER", "ISSUER"),
        *("AUDIENCE", "DOMAIN", "ENDPOINT", "ROUNDS", "TIMEOUT", "URL", "URI"),
        *("PROVIDER", "SCOPE", "SCOPES", "COUNT", "LIMIT", "VERSION", "FORMAT"),
    }
)
"""Last words of names that say something about a secret, and not the secret."""
_ASKED_KEYS: Final = frozenset({"API", "ACCESS", "PRIVATE", "LICENSE", "SIGNING", "ENCRYPTION"})
"""What keys are of that somebody is asked for."""
_PUBLIC: Final = frozenset({"PUBLIC", "PUBLISHABLE"})
_SHORTEST: Final = 6
_PLAIN: Final = re.compile(
    r"[a-z]+(?:[_.:/-][a-z]+)*|[A-Z]+(?:_[A-Z]+)*|[A-Z][a-z]+|\d+[a-z]{0,2}|true|false"
    r"|[./~].*|https?://[^@]*|\$\{?\w+\}?|<.*>|\*+|[xX]+"
)
_PLACEHOLDER: Final = re.compile(
    r"(?:change|replace)[ _-]?(?:me|this|it).*|your[ _-].*|(?:my|the|a|some)?[ _-]?"
    r"(?:password|passwd|secret|token|key|example|placeholder|dummy|todo|none|null|undefined)"
    r"|\$\{?\w+\}?|<.*>|\*+|x+|\.+|true|false|\d{1,5}",
    re.IGNORECASE,
)


def secrets_of(root: Path) -> Secrets:
    """The secrets a project defines in the `.env` files in its folder. Reads files."""
    return Secrets().beside(value for path in _files(root) for value in secret_values(_read(path)))


def environment_secrets(environment: Mapping[str, str]) -> Iterator[str]:
    """The values of variables that are secrets by their name: agents and tools inherit them."""
    for name, value in environment.items():
        if _is_secret(name, value):
            yield value
        yield from _password_in(value)


def holds_secret(name: str, value: str) -> bool:
    """Whether a value is a secret by its name, by its look, or by a password in it."""
    named = bool(name) and _is_secret(name, value)
    return named or _looks_random(value) or any(True for _ in _password_in(value))


def is_env_file(name: str) -> bool:
    """Whether a file of this name holds settings; an example of one holds no secrets."""
    return (name.startswith(".env") or name.endswith(".env")) and not name.endswith(_EXAMPLES)


def names_secret(name: str) -> bool:
    """Whether what is called so is a secret, whatever it is."""
    said = _words(name)
    if not said or set(said) & _PUBLIC or said[-1] in _DESCRIBES:
        return False
    asked = _SECRET | {"APIKEY", "TOKEN", "PIN", "OTP"}
    if any(word in asked or word.endswith((*_SECRET_ENDS, *_SUSPECT_ENDS)) for word in said):
        return True
    return "KEY" in said and not _ASKED_KEYS.isdisjoint(said)


def secret_values(text: str) -> Iterator[str]:
    """The values in the text of an `.env` file which are secrets."""
    for name, quoted, bare_quoted, bare in _LINE.findall(text):
        value = _unescaped(quoted) if quoted else bare_quoted or bare
        if _is_secret(name, value) or _looks_random(value):
            yield value
            yield from _lines(value)
        yield from _password_in(value)


def _files(root: Path) -> Iterable[Path]:
    """The `.env` files at the root and a little way down, those nearest to the root first."""
    found: list[Path] = []
    level, looked = [root], 0
    for _ in range(_DEEPEST):
        below: list[Path] = []
        for folder in level:
            for entry in _entries(folder):
                looked += 1
                if looked > _MOST_ENTRIES or len(found) == _MOST_FILES:
                    return found
                if is_env_file(entry.name) and entry.is_file():
                    found.append(Path(entry.path))
                elif _is_ours(entry):
                    below.append(Path(entry.path))
        level = below
    return found


def _entries(folder: Path) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _is_ours(entry: "os.DirEntry[str]") -> bool:
    hidden = entry.name.startswith(".") and not is_env_file(entry.name)
    return not hidden and entry.name not in _NOT_OURS and entry.is_dir(follow_symlinks=False)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST_FILE).decode("utf-8", "replace")
    except OSError:
        return ""


def _unescaped(quoted: str) -> str:
    """What stands between double quotes, with the escapes that such files know."""
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "r": "\r", "t": "\t"}.get(m[1], m[1]), quoted)


def _is_secret(name: str, value: str) -> bool:
    words = _words(name)
    said = set(words)
    if len(value) < _SHORTEST or said & _PUBLIC or _PLACEHOLDER.fullmatch(value):
        return False
    last = words[-1] if words else ""
    if "WEBHOOK" in said and re.match(r"https?://[^/]+/.{16,}", value):
        return True
    if last in _DESCRIBES:
        return False
    if name != "PWD" and any(word in _SECRET or word.endswith(_SECRET_ENDS) for word in said):
        return re.fullmatch(r"[./~].*|https?://[^@]*", value) is None
    suspect = any(word in _SUSPECT or word.endswith(_SUSPECT_ENDS) for word in said)
    return suspect and _PLAIN.fullmatch(value) is None


def _words(name: str) -> list[str]:
    return [each.upper() for each in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)]


def _looks_random(value: str) -> bool:
    """Twenty characters or more, letters of both cases and digits, nothing that divides words."""
    return (
        re.fullmatch(r"[A-Za-z0-9+/=_-]{20,}", value) is not None
        and re.search(r"[a-z]", value) is not None
        and re.search(r"[A-Z]", value) is not None
        and re.search(r"\d", value) is not None
    )


def _lines(value: str) -> Iterator[str]:
    """The lines of a secret of many, such as a key: tools like to show them one by one."""
    lines = value.split("\n")
    if len(lines) > 1:
        yield from (line for line in lines if _looks_random(line))


def _password_in(value: str) -> Iterator[str]:
    """The password in an address, as it is written there and as it is meant."""
    if "@" not in value or "://" not in value:
        return
    try:
        password = urlsplit(value).password
    except ValueError:
        return
    if password and len(password) >= _SHORTEST and not _PLACEHOLDER.fullmatch(password):
        yield from dict.fromkeys((password, unquote(password)))
