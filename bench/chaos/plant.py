"""The installation that is hurt: its servers, its processes, and the places its messages go to."""

import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import redis

from handover.env import BASE_DIR
from handover.management.commands.serve import GUNICORN_FLAGS
from handover.management.processes import Process, Supervisor
from tests import servers
from tests.commands.serving import free_port

WORKERS = ("worker-1", "worker-2")
WORKER_FLAGS = "-P threads -c 4 --without-mingle --without-gossip"
# What a database says is found in the order of its schemas: these answer in the place of its own.
MOVABLE_CLOCK = """
    CREATE SCHEMA moved;
    CREATE TABLE moved.clock (seconds float NOT NULL);
    INSERT INTO moved.clock VALUES (0);
    ALTER DATABASE postgres SET search_path = moved, pg_catalog, public"""
MOVED_FUNCTION = """
    CREATE FUNCTION moved.{name}() RETURNS timestamptz LANGUAGE sql VOLATILE AS
    'SELECT pg_catalog.{name}() + seconds * interval ''1 second'' FROM moved.clock'"""
TELLING_TIME = ("now", "transaction_timestamp", "statement_timestamp", "clock_timestamp")
PROCESSES = (*WORKERS, "beat", "sweeper")


@dataclass
class Server:
    """One that is only ever ended without warning."""

    home: Path
    command: str
    ask: Callable[[], object]
    end: signal.Signals
    running: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        self.running.enter_context(servers.running(self.home, self.command, ask=self.ask, end=self.end))

    def stop(self) -> None:
        self.running.close()


def postgresql(home: Path) -> Server:
    """Notes when each transaction was committed: by that the order of effects is judged."""
    command = f"{servers.make_cluster(home)} -c track_commit_timestamp=on"
    return Server(home, command, lambda: servers.ask_postgresql(home), signal.SIGQUIT)


def redis_server(home: Path) -> Server:
    """Keeps nothing on disk, so that it comes back empty."""
    socket = home / "redis.sock"
    settings = home / "redis.conf"
    settings.write_text(f'port 0\nunixsocket {socket}\nsave ""\nappendonly no\n')
    return Server(
        home,
        f"{servers.find_redis(home)} {settings}",
        redis.Redis(unix_socket_path=str(socket)).ping,
        signal.SIGKILL,
    )


class Plant:
    """Servers and processes, each of which can be taken away and given back."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self.home, self.environment = home, environment
        self.database, self.broker = postgresql(home), redis_server(home)
        self.offset, self.log = home / "offset", home / "processes.log"
        self.supervisor = Supervisor([])
        self.killed = self.frozen = 0
        self.seen, self.port, self.cookies = home / "seen", free_port(), ""

    def connect(self) -> psycopg2.extensions.connection:
        """Beside the application, to watch it."""
        database = psycopg2.connect(host=str(self.home), user="postgres", dbname="postgres")
        database.autocommit = True
        return database

    def move_clock(self, seconds: float) -> None:
        """The wall clock of every process; written at once, never read half."""
        new = self.offset.with_suffix(".new")
        new.write_text(str(seconds))
        new.replace(self.offset)

    def make_database_clock_movable(self) -> None:
        """For every connection that is made from now on."""
        with closing(self.connect()) as database, database.cursor() as cursor:
            cursor.execute(MOVABLE_CLOCK)
            for name in TELLING_TIME:
                cursor.execute(MOVED_FUNCTION.format(name=name))

    def move_database_clock(self, seconds: float) -> None:
        with closing(self.connect()) as database, database.cursor() as cursor:
            cursor.execute("UPDATE moved.clock SET seconds = %s", [seconds])
            cursor.execute("SELECT extract(epoch FROM now() - pg_catalog.now())")
            if cursor.fetchone() != (seconds,):
                raise AssertionError("The clock of the database did not move.")

    def start(self, name: str) -> None:
        self.supervisor.processes.append(self._process(name))
        self.supervisor.tend()

    def stop(self, name: str) -> None:
        for process in [process for process in self.supervisor.processes if process.name == name]:
            self.supervisor.processes.remove(process)
            process.end()
            process.wait()

    def signal(self, name: str, number: signal.Signals) -> None:
        """One that dies of it is found dead by the supervisor, and started again."""
        for process in self.supervisor.processes:
            if process.name == name and process.handle:
                process.handle.send_signal(number)

    def look_at_pages(self, cookies: dict[str, str]) -> None:
        """People use the pages all the time."""
        self.cookies = ";".join(f"{name}={value}" for name, value in cookies.items())
        self.start("web")
        self.start("load")

    def pages_seen(self) -> int:
        return self.seen.stat().st_size if self.seen.exists() else 0

    def _process(self, name: str) -> Process:
        kind = name.partition("-")[0]
        celery = "celery -q -A handover"
        command = {
            "worker": f"{celery} worker -n {name}@chaos {WORKER_FLAGS}",
            "beat": f"{celery} beat -S celery.beat:Scheduler --pidfile=",
            "sweeper": "django sweeper",
            "web": f"gunicorn handover.wsgi --bind=127.0.0.1:{self.port} {GUNICORN_FLAGS}",
            "load": f"bench.chaos.load {self.port} {self.cookies} {self.seen}",
        }[kind]
        wrapped = [
            sys.executable,
            "-m",
            "bench.chaos.moved",
            str(self.offset),
            str(self.log),
            *command.split(),
        ]
        # The database knows its visitors by name: a worker is killed in the middle of a transaction.
        return Process(name, wrapped, {**self.environment, "PGAPPNAME": name}, BASE_DIR)


@contextmanager
def running(home: Path, environment: Mapping[str, str]) -> Iterator[Plant]:
    """With its servers running; the processes are started once the database has its tables."""
    made = Plant(home, environment)
    made.move_clock(0)
    with ExitStack() as stack:
        for server in (made.database, made.broker):
            server.start()
            stack.callback(server.stop)
        stack.callback(made.supervisor.end_all)
        yield made


def busy_worker(database: psycopg2.extensions.connection) -> str:
    """A worker that is writing the steps of a sweep at this very moment; "" if there is none."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'worker-%'"
            " AND backend_xid IS NOT NULL AND query ~ 'handover_(clock|escalation|event)'"
        )
        row = cursor.fetchone()
    return row[0] if row else ""
