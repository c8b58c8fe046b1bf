"""Which files of a project hold its secrets, and which of the values in them are secrets."""

from pathlib import Path

import pytest

from peon.providers.env_files import environment_secrets, secret_values, secrets_of

WORD = "correct" + "horse9"
RANDOM = "Aa1" * 11


@pytest.mark.parametrize(
    "line,value",
    [
        (f"API_KEY={WORD}", WORD),
        (f'export DB_PASSWORD="{WORD} and more"  # why', f"{WORD} and more"),
        (f"  my_secret = '{WORD}'", WORD),
        (f"WHATEVER={RANDOM}Aa1", None),
        (f"API_KEY: {WORD}", WORD),
        (f"apiKey={WORD}", WORD),
        (f"spring.datasource.password={WORD}", WORD),
        (f"GITHUB_TOKEN={WORD} # of the robot", WORD),
        (f"DB_PASSWORD={WORD}#1", f"{WORD}#1"),
        (f"DB_PASSWORD={WORD}\r", WORD),
        ("DB_PASSWORD=correct-horse-battery", "correct-horse-battery"),
        (f'JSON_SECRET="a\\"{WORD}"', f'a"{WORD}'),
        (f'TLS_PRIVATE_KEY="line one\n{WORD}"', f"line one\n{WORD}"),
        (f'TLS_PRIVATE_KEY="line one\\n{WORD}"', f"line one\n{WORD}"),
        (
            "SLACK_WEBHOOK_URL=https://hooks.example/T000/B000/xyzwabc",
            "https://hooks.example/T000/B000/xyzwabc",
        ),
        (f"DATABASE_DSN=postgres://me:{WORD}@host", f"postgres://me:{WORD}@host"),
    ],
)
def test_a_project_says_what_is_secret(line: str, value: str | None):
    found = list(secret_values(f"# settings\n{line}\nNODE_ENV=production\n"))
    assert found[0] == (value or line.partition("=")[2])
    assert len(found) == 1 + ("@" in line)


@pytest.mark.parametrize(
    "line",
    [
        "NODE_ENV=production",
        "PORT=3000",
        "API_KEY=",
        "API_KEY=short",
        "AUTH_ENABLED=true",
        "TOKEN_FILE=/run/secrets/token",
        "AUTH_URL=https://auth.example.org/login",
        "SECRET_KEY=changeme",
        "SECRET_KEY=$OTHER_KEY",
        "#API_KEY=" + WORD,
        "AUTHOR_NAME=Jane Doe",
        "AUTHOR=Jane Doe 2",
        "MONKEY=business7",
        "SORT_KEY=created_at",
        "CACHE_KEY_PREFIX=my-app_v2",
        "PRIVATE_KEY_PATH=src/keys/dev2.pem",
        "ACCESS_KEY_ID=user-77-b",
        "NEXT_PUBLIC_MAP_KEY=abc123def4",
        "PASSWORD=your-password-here",
        "PASSWORD=<fill me in 2>",
        "JWT_SECRET=${OTHER_2}",
        "TOKEN_TTL=3600s",
        "PASSWORD_MIN_LENGTH=12345678",
        "TOKENIZERS=parallel22",
        "BASE_URL=https://user@example.org/",
        "DATABASE_URL=postgres://me:password@localhost/db",
        "SOME_VERY_LONG_SETTING_NAME=a-long-but-plain-value-of-words",
    ],
)
def test_ordinary_settings_are_not_secret(line: str):
    assert list(secret_values(line)) == []


def test_secrets_are_read_from_the_projects_files(workspace: Path):
    (workspace / ".env").write_text(f"API_KEY={WORD}1\n")
    (workspace / ".env.local").write_text(f"API_KEY={WORD}2\n")
    (workspace / "prod.env").write_text(f"API_KEY={WORD}3\n")
    (workspace / ".env.example").write_text(f"API_KEY={WORD}4\n")
    (workspace / "notes.txt").write_text(f"API_KEY={WORD}5\n")
    (workspace / ".env.d").mkdir()
    assert sorted(secrets_of(workspace).values) == [f"{WORD}{n}" for n in (1, 2, 3)]
    assert secrets_of(workspace / "gone").values == ()


@pytest.mark.parametrize("host", ["host", "host:5432/db?x=1"])
def test_a_password_in_an_address_is_secret(host: str):
    assert list(secret_values(f"DATABASE_URL=postgres://me:{WORD}@{host}")) == [WORD]
    written = WORD.replace("h", "%40")
    assert list(secret_values(f"DATABASE_URL=postgres://me:{written}@{host}")) == [
        written,
        WORD.replace("h", "@"),
    ]


def test_files_in_folders_count_and_those_of_others_do_not(workspace: Path):
    for number, place in enumerate(
        ("apps/web/.env", ".envrc", "node_modules/x/.env", ".git/.env", "a/b/c/d/.env")
    ):
        path = workspace / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"export API_KEY={WORD}{number}\n")
    assert sorted(secrets_of(workspace).values) == [f"{WORD}0", f"{WORD}1"]


def test_a_long_file_is_read_as_far_as_it_goes(workspace: Path):
    (workspace / ".env").write_text(f"API_KEY={WORD}\n" + "# filler\n" * 50_000)
    assert secrets_of(workspace).values == (WORD,)


def test_a_folder_that_cannot_be_read_is_passed_over(workspace: Path):
    (workspace / "loop").symlink_to(workspace)
    (workspace / ".env").symlink_to(workspace / "nowhere")
    assert secrets_of(workspace).values == ()


def test_variables_are_secret_by_their_names():
    environment = {
        "PATH": "/usr/bin",
        "PWD": "/home/me/x",
        "HOME": "/home/me/x",
        "SSH_AUTH_SOCK": "/run/user/1000/agent.7",
        "XAUTHORITY": "/run/user/1000/x",
        "SESSION": RANDOM,
        "GATEWAY_API_KEY": WORD,
        "PGPASSWORD": f"{WORD}1",
        "DATABASE_URL": f"postgres://me:{WORD}2@host",
    }
    assert list(environment_secrets(environment)) == [WORD, f"{WORD}1", f"{WORD}2"]
