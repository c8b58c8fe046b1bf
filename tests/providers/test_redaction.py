"""Secrets are taken out of what agents say, wherever the text is cut; and nothing else is.

No secret is written here as it would be found: each is put together while the test runs.
"""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peon.providers import forms
from peon.providers.forms import PLACE
from peon.providers.redaction import LONGEST_HELD, StreamedText
from peon.providers.secrets import Secrets, typed_secrets

_lots = random.Random("any")
ALPHANUMERIC = string.ascii_letters + string.digits


def drawn(length: int, alphabet: str = ALPHANUMERIC) -> str:
    return "".join(_lots.choice(alphabet) for _ in range(length - 1)) + "7"


HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + string.digits
WORDY = ALPHANUMERIC + "_-"

TOKENS = [
    "sk-" + drawn(48),
    "sk-" + "ant-api03-" + drawn(90, WORDY),
    "sk-" + "proj-" + drawn(120, WORDY),
    "sk-" + "or-v1-" + drawn(64, HEX),
    "gsk" + "_" + drawn(52),
    "xai" + "-" + drawn(80),
    "hf" + "_" + drawn(34),
    "r8" + "_" + drawn(37),
    "pplx" + "-" + drawn(48),
    "nvapi" + "-" + drawn(64, WORDY),
    "csk" + "-" + drawn(48),
    "tgp" + "_v1_" + drawn(43, WORDY),
    "gh" + "p_" + drawn(36),
    "gh" + "o_" + drawn(36),
    "gh" + "u_" + drawn(36),
    "gh" + "s_" + drawn(36),
    "gh" + "r_" + drawn(36),
    "github" + "_pat_" + drawn(82, ALPHANUMERIC + "_"),
    "gl" + "pat-" + drawn(20),
    "gl" + "pat-" + drawn(27) + ".01." + drawn(9),
    "gl" + "dt-" + drawn(20),
    "gl" + "rt-" + drawn(20),
    "gl" + "ptt-" + drawn(40, HEX),
    "gl" + "cbt-" + drawn(20),
    "ATAT" + "T3" + drawn(180, WORDY),
    "AT" + "BB" + drawn(32),
    "AK" + "IA" + drawn(16, UPPER),
    "AS" + "IA" + drawn(16, UPPER),
    "AI" + "za" + drawn(35),
    "ya" + "29." + drawn(60),
    "GOC" + "SPX-" + drawn(28, WORDY),
    "dop" + "_v1_" + drawn(64, HEX),
    "doo" + "_v1_" + drawn(64, HEX),
    "da" + "pi" + drawn(32, HEX),
    "hv" + "s." + drawn(90, WORDY),
    "hv" + "b." + drawn(90, WORDY),
    "pul" + "-" + drawn(40, HEX),
    "sb" + "p_" + drawn(40, HEX),
    "sb" + "_secret_" + drawn(31, WORDY),
    "fig" + "d_" + drawn(45, WORDY),
    "lin" + "_api_" + drawn(40),
    "nt" + "n_" + drawn(11, string.digits) + drawn(35),
    "PM" + "AK-" + drawn(24, HEX) + "-" + drawn(34, HEX),
    "gl" + "sa_" + drawn(32) + "_" + drawn(8, HEX),
    "sn" + "trys_" + drawn(30) + "+/" + drawn(40) + "=_" + drawn(43),
    "sn" + "tryu_" + drawn(64, HEX),
    "NR" + "AK-" + drawn(27, UPPER),
    "npm" + "_" + drawn(36),
    "pypi" + "-" + drawn(150),
    "dckr" + "_pat_" + drawn(27, WORDY),
    "ruby" + "gems_" + drawn(48, HEX),
    "xox" + "b-" + drawn(12, string.digits) + "-" + drawn(24),
    "xox" + "e.xoxp-1-" + drawn(150),
    "xa" + "pp-1-" + drawn(11) + "-" + drawn(13, string.digits) + "-" + drawn(64, HEX),
    "S" + "G." + drawn(22, WORDY) + "." + drawn(43, WORDY),
    "sk_" + "live_" + drawn(24),
    "sk_" + "test_" + drawn(24),
    "rk_" + "live_" + drawn(24),
    "rk_" + "test_" + drawn(24),
    "wh" + "sec_" + drawn(32),
    "shp" + "at_" + drawn(32, HEX),
    "shp" + "ss_" + drawn(32, HEX),
    "shp" + "ca_" + drawn(32, HEX),
    "sq0" + "csp-" + drawn(43, WORDY),
    "sq0" + "atp-" + drawn(22, WORDY),
    "hooks.slack.com/" + "services/T" + drawn(8, UPPER) + "/B" + drawn(8, UPPER) + "/" + drawn(24),
    "discord.com/" + "api/webhooks/" + drawn(18, string.digits) + "/" + drawn(68, WORDY),
    "discordapp.com/" + "api/webhooks/" + drawn(18, string.digits) + "/" + drawn(68, WORDY),
    "api.telegram.org/" + "bot" + drawn(10, string.digits) + ":" + drawn(35, WORDY),
    "Account" + "Key=" + drawn(86, ALPHANUMERIC + "+/") + "==",
    "AGE-" + "SECRET-KEY-1" + drawn(58, UPPER),
    ".".join(["ey" + "J" + drawn(30), "ey" + "J" + drawn(80), drawn(43)]),
    ".".join(["ey" + "J" + drawn(30), *(drawn(40) for _ in range(4))]),
]


def test_every_form_has_its_example():
    assert [start for start in forms.TOKENS if not any(t.startswith(start) for t in TOKENS)] == []


KEY = "-----BEGIN {0}PRIVATE KEY-----\n" + f"{drawn(64)}\n" * 20 + "-----END {0}PRIVATE KEY-----"
KEYS = [KEY.format(name) for name in ("", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED ")]
KEYS.append(KEYS[0].replace("KEY-----", "KEY BLOCK-----").replace("PRIVATE", "PGP PRIVATE"))
KEYS.append(KEYS[0].replace("\n", "\\n"))
WORD = "correct" + "horse9"

HARMLESS = [
    "the task-list-of-things-to-do-2024-and-more",
    "sk-toggleable__label-arrow and sk-estimator-doc-link",
    "risk-based-authentication-for-2024-services",
    "ghp_short and gho_ and github_pattern_matching_of_many_words",
    "AKIA is how they begin; ASIAPACIFIC too",
    "npm_config_registry npm_lifecycle_event npm_package_dependencies_thing",
    "https://example.org:8080/path?q=1 and http://[::1]:80/ and git@example.org:me/it.git",
    "mailto:someone@example.org and user@host",
    "Bearer of bad news, and a bearer token",
    "eyJust a word, eyJ.two.dots",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "----- a rule -----",
    "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
    "commit 8f14e45fceea167a5a36dedd4bea2543f2b8a3c1",
    "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "password = os.environ['PASSWORD']",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
    "xoxo, hf_hub_download, gsk_, xai-grok, pypi-publish, glpat-",
    "Basic authentication, basic internationalization, Bearer token-based-authentication",
    "The bearer authentication scheme; basic understandability",
    "postgres://user:password@localhost/db and https://me:${TOKEN}@host and redis://:<pw>@host",
    "https://x:%s@host, https://x:***@host, https://x:xxxx@host, mysql://root:secret@db",
    "AKIA" + "IOSFODNN7EXAMPLE, as the manual has it",
    "aws_secret_access_key = os.environ['AWS_SECRET_ACCESS_KEY']",
    "if text.startswith('-----BEGIN RSA PRIVATE" + " KEY-----') and more",
    'BEGIN = b"-----BEGIN OPENSSH PRIVATE' + ' KEY-----"',
    "dapibus, SG.Small, figd_, whsec_, lin_api_client, hvs.read, r8_ram, sq0csp-",
    "https://discord.com/api/webhooks/ID/TOKEN, https://api.telegram.org/bot<token>/getMe",
    "https://hooks.slack.com/services/YOUR/WEBHOOK/URL",
    "AccountKey=...; AccountName=me",
    "pul-request-0123456789abcdef0123456789abcdef01234567z",
    "rubygems_mirror, npm_execpath, dckr_pat_, shpat_of_the_land, sbp_, ntn_",
    "integrity sha512-" + "k2Jd8" * 17 + "w==",
    "d41d8cd98f00b204e9800998ecf8427e  empty.txt",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3f me@host",
]


def streamed(pieces: list[str], secrets: Secrets) -> str:
    text = StreamedText(secrets)
    return "".join(map(text.feed, pieces)) + text.rest()


def cut(text: str, data: st.DataObject) -> list[str]:
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=10)))
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]


AROUND = ["{}", "key={}", '"{}"', "a {} b", "\n{}\n", "({}),", "{}."]


@pytest.mark.parametrize("secret", TOKENS + KEYS, ids=lambda secret: secret[:8].strip("-"))
def test_a_secret_is_found_and_only_it(secret: str):
    for around in AROUND:
        assert Secrets().redact(around.format(secret)) == around.format(PLACE)


@pytest.mark.parametrize("secret", TOKENS, ids=lambda secret: secret[:8].strip("-"))
def test_a_secret_is_found_wherever_it_is_cut(secret: str):
    text = f"it is {secret}, you see"
    for at in range(len(text)):
        assert streamed([text[:at], text[at:]], Secrets()) == f"it is {PLACE}, you see"


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_one_is_left_alone(text: str):
    assert Secrets().redact(text) == text
    assert streamed(list(text), Secrets()) == text


@pytest.mark.parametrize(
    "text,shown",
    [
        (f"postgres://me:{WORD}@host/db", f"postgres://me:{PLACE}@host/db"),
        (f"https://:{WORD}@host", f"https://:{PLACE}@host"),
        (f"Authorization: Bearer {TOKENS[0]}x", f"Authorization: Bearer {PLACE}"),
        (f"authorization: bearer {drawn(40)}==", f"authorization: bearer {PLACE}"),
        (f"Authorization: Basic {drawn(30)}Aa0==", f"Authorization: Basic {PLACE}"),
        (f"AWS_SECRET_ACCESS_KEY={drawn(40)}", f"AWS_SECRET_ACCESS_KEY={PLACE}"),
        (f'"aws_secret_access_key": "{drawn(40)}"', f'"aws_secret_access_key": "{PLACE}"'),
        (f"aws_secret_access_key = {drawn(40)}\n", f"aws_secret_access_key = {PLACE}\n"),
    ],
)
def test_what_stands_in_the_place_of_a_secret_is_one(text: str, shown: str):
    assert Secrets().redact(text) == shown
    assert streamed(list(text), Secrets()) == shown


@pytest.mark.parametrize("secret", TOKENS + KEYS, ids=lambda secret: secret[:8].strip("-"))
def test_a_secret_is_found_letter_by_letter(secret: str):
    text = f"it is {secret} you see"
    assert streamed(list(text), Secrets()) == f"it is {PLACE} you see"


@given(st.lists(st.sampled_from([*TOKENS, *KEYS, *HARMLESS, WORD, "b", "s", "-"])), st.data())
def test_where_a_text_is_cut_changes_nothing(words: list[str], data: st.DataObject):
    secrets = Secrets((WORD,))
    text = " ".join(words)
    assert streamed(cut(text, data), secrets) == secrets.redact(text)


@given(st.text(alphabet="sk-ghp_AIza.eyJB:/@ x7\n", max_size=40), st.data())
def test_text_that_holds_no_secret_arrives_whole(text: str, data: st.DataObject):
    assert streamed(cut(text, data), Secrets()) == Secrets().redact(text)


def test_claims_may_be_long():
    token = ".".join(["ey" + "J" + drawn(30), "ey" + "J" + drawn(9_000), drawn(300)])
    text = f"it is {token} you see"
    pieces = [text[at : at + 50] for at in range(0, len(text), 50)]
    assert streamed(pieces, Secrets()) == f"it is {PLACE} you see"


def test_what_no_token_is_as_long_as_is_let_go():
    pieces = ["gh" + "p_", *(["x" * 50] * 100)]
    text = StreamedText(Secrets())
    assert sum(map(len, map(text.feed, pieces))) > 50 * 70


def test_ordinary_text_is_not_held_back():
    text = StreamedText(Secrets())
    for piece in ("Hello, ", "I will ", "write a mo", "ck now.", "\n\n- one\n", "`code` "):
        assert text.feed(piece) == piece


def test_what_is_held_is_bounded():
    text = StreamedText(Secrets())
    shown = text.feed(KEYS[0][:40]) + "".join(text.feed(drawn(100)) for _ in range(400))
    assert len(shown) + LONGEST_HELD > 100 * 300


def test_a_key_without_its_end_is_still_one():
    assert streamed([KEYS[0][:500]], Secrets()) == PLACE


def test_values_are_not_shown_by_accident():
    assert WORD not in repr(Secrets((WORD,)))


@pytest.mark.parametrize(
    "text, shown",
    [
        ("the PIN is 17.", f"the PIN is {PLACE}."),
        ("17", PLACE),
        ("(17), 170, 0.17 and a17", f"({PLACE}), 170, 0.{PLACE} and a17"),
        ("x_17 is no word, x-17 has one", f"x_17 is no word, x-{PLACE} has one"),
        ("e é", f"e {PLACE}"),
        ("do it with #! and #!/bin/sh", f"do it with {PLACE} and {PLACE}/bin/sh"),
    ],
)
def test_a_short_secret_that_was_typed_is_one_where_it_is_a_word(text: str, shown: str):
    """Inside of words it is not: it would stand in every second one, and be told by its gaps."""
    secrets = typed_secrets(["17", " é ", "#!"])
    assert secrets.redact(text) == shown
    assert streamed(list(text), secrets) == shown
    assert streamed([text], secrets) == shown


@given(st.text(alphabet="17a \n_.", max_size=30), st.data())
def test_a_short_secret_is_found_wherever_the_text_is_cut(text: str, data: st.DataObject):
    secrets = typed_secrets(["17", "a"])
    assert streamed(cut(text, data), secrets) == secrets.redact(text)


def test_a_short_secret_waits_for_what_follows_it():
    text = StreamedText(typed_secrets(["17"]))
    assert text.feed("it is 17") == "it is "
    assert text.quiet() == ""
    assert text.feed("0 and ") == "170 and "
    assert text.feed("1") == ""
    assert text.rest() == "1"


def test_nothing_typed_is_no_secret():
    assert typed_secrets(["", "  ", "\n"]) == Secrets()
