"""Reads the environment: where data lives and which servers to use."""

import sqlite3
from pathlib import Path
from typing import Any

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
WAL_SAFE_FROM = (3, 51, 3)  # older SQLite can corrupt a write-ahead log under several processes
BROKER_OF_FILES = "filesystem://localhost"

env = environ.Env()
env.read_env(BASE_DIR / ".env")


def data_dir() -> Path:
    return Path(env.str("DATA_DIR", default=str(BASE_DIR / "data"))).resolve()


def secret_key(*, debug: bool) -> str:
    """The key of the environment, else the one that `manage.py serve` made. None at all fails a check."""
    key_file = data_dir() / "secret_key"
    made = key_file.read_text().strip() if key_file.exists() else ""
    return env.str("SECRET_KEY", default=made or ("debug-only-key" * 5 if debug else ""))


def database(*, web: bool) -> dict[str, Any]:
    """Connections are kept: opening one anew for each request is a quarter of a small request."""
    config: dict[str, Any] = env.db("DATABASE_URL", default=f"sqlite:///{data_dir() / 'handover.sqlite3'}")
    config["CONN_MAX_AGE"] = 60
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = sqlite_options()
    else:
        config["CONN_HEALTH_CHECKS"] = True
        config["OPTIONS"] = config.get("OPTIONS", {}) | postgresql_options(web=web)
    return config


def sqlite_journal_mode() -> str:
    return "WAL" if sqlite3.sqlite_version_info >= WAL_SAFE_FROM else "DELETE"


def sqlite_options() -> dict[str, Any]:
    """IMMEDIATE: a transaction that reads and then writes must not meet "database is locked"."""
    pragmas = {"journal_mode": sqlite_journal_mode(), "synchronous": "FULL", "foreign_keys": "ON"}
    pragmas["recursive_triggers"] = "ON"  # else REPLACE would delete a row past its triggers
    init_command = "".join(f"PRAGMA {name}={value};" for name, value in pragmas.items())
    return {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": init_command}


def postgresql_options(*, web: bool) -> dict[str, Any]:
    """A page may not hold the database for long; a migration or an import may.

    Whoever stands still in the middle of a transaction, perhaps with its machine, loses it: what it has
    locked would be passed over by every sweep, and hold up whoever does something about it, for ever.
    """
    limits = {"idle_in_transaction_session_timeout": 30_000} | ({"statement_timeout": 15_000} if web else {})
    return {"options": " ".join(f"-c {name}={limit}" for name, limit in limits.items())}


def broker_url() -> str:
    return env.str("REDIS_URL", default=BROKER_OF_FILES)


def broker_folder() -> Path:
    """Where messages lie when there is no Redis."""
    return data_dir() / "broker"


def broker_options(*, web: bool) -> dict[str, Any]:
    """A web request gives up on a dead broker within seconds: the message is a wake-up only."""
    if broker_url() == BROKER_OF_FILES:
        return {
            "data_folder_in": str(broker_folder()),
            "data_folder_out": str(broker_folder()),
            "control_folder": str(broker_folder() / "control"),
            "polling_interval": 0.1,
        }
    timeouts = {"socket_timeout": 1, "socket_connect_timeout": 1, "max_retries": 1}
    return {
        "visibility_timeout": 900,
        "health_check_interval": 10,
        "socket_keepalive": True,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        **(timeouts if web else {"socket_timeout": 5, "socket_connect_timeout": 3}),
    }
