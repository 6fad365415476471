"""Makes a folder for everything that runs, and ends with all of it: `python -m bench.chaos --help`."""

import os
import secrets
import signal
import subprocess
import sys

from handover.env import BASE_DIR
from tests.servers import temporary_home


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with temporary_home() as home:
        data = home / "data"
        data.mkdir()
        environment = {
            **os.environ,
            "DATABASE_URL": f"postgres://postgres@/{home}/postgres",
            "REDIS_URL": f"redis+socket://{home}/redis.sock?virtual_host=0",
            "DATA_DIR": str(data),
            "SECRET_KEY": secrets.token_urlsafe(50),
            "HTTPS": "0",
            "DEBUG": "0",
            "DEMO": "0",
            "WEBHOOK_ALLOW_PRIVATE": "1",
            "DJANGO_SETTINGS_MODULE": "handover.settings",
        }
        command = [sys.executable, "-m", "bench.launch", "bench.chaos.run", str(home), *sys.argv[1:]]
        run = subprocess.Popen(command, env=environment, cwd=BASE_DIR)
        try:
            return run.wait()
        except KeyboardInterrupt:
            return run.wait()  # it was interrupted too, and ends what it has started
        finally:
            run.terminate()
            run.wait()


if __name__ == "__main__":
    sys.exit(main())
