"""Keeps a few processes running: starts them, restarts what dies, ends all of them, leaves no orphan."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
STEADY_SECONDS = 30  # a process that lived this long starts with a clean record
LONGEST_PAUSE_SECONDS = 30
PATIENCE_SECONDS = 10  # how long a process may take to end before it is killed

libc = ctypes.CDLL(None)


def die_with_parent() -> None:
    """Runs in the child: the kernel kills it when the supervisor is gone, even by SIGKILL."""
    if sys.platform == "linux":
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@dataclass
class Process:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    handle: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    not_before: float = 0.0

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches the supervisor alone, which ends the others in order.
        self.handle = subprocess.Popen(
            self.command,
            env=dict(self.environment),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  the supervisor has one thread
        )
        self.started = time.monotonic()

    def note_death(self, code: int) -> None:
        lived = time.monotonic() - self.started
        self.failures = 1 if lived > STEADY_SECONDS else self.failures + 1
        pause = min(2.0 ** (self.failures - 1) / 2, LONGEST_PAUSE_SECONDS)
        self.not_before = time.monotonic() + pause
        self.handle = None
        say(f"{self.name} ended with code {code}; it starts again in {pause:g} s")

    def end(self) -> None:
        if self.handle:
            self.handle.terminate()

    def wait(self) -> None:
        if not self.handle:
            return
        try:
            self.handle.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.handle.pid, signal.SIGKILL)  # its own children included
            self.handle.wait()


@dataclass
class Supervisor:
    """Processes in the order they start; they end in the reverse order, so that the broker goes last."""

    processes: list[Process]
    stopping: bool = field(default=False, init=False)

    def stop_on_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.request_stop)

    def request_stop(self, *_: object) -> None:
        self.stopping = True

    def tend(self) -> None:
        """One round: starts whatever does not run and may start by now."""
        for process in self.processes:
            code = process.handle.poll() if process.handle else None
            if code is not None:
                process.note_death(code)
            if process.handle is None and time.monotonic() >= process.not_before:
                process.start()

    def restart(self, *names: str) -> None:
        for process in self.processes:
            if process.name in names:
                process.end()
                process.wait()

    def end_all(self) -> None:
        for process in reversed(self.processes):
            process.end()
            process.wait()


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
