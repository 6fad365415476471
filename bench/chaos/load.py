"""People who look at pages, counted in a file: `python -m bench.chaos.load PORT COOKIES FILE`."""

import sys
import time
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from threading import Thread

PEOPLE = 2
PAGES = ("/", "/items/")


def look(port: int, cookies: str, file: Path) -> None:
    for number in count(1):
        try:
            page = HTTPConnection("127.0.0.1", port, timeout=30)
            page.request("GET", PAGES[number % len(PAGES)], headers={"Cookie": cookies})
            answer = page.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"A page answered {answer.status}.")
            with file.open("a") as seen:
                seen.write(".")
        except (OSError, HTTPException):
            time.sleep(1)  # the web server starts
        finally:
            page.close()


if __name__ == "__main__":
    arguments = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    for _person in range(PEOPLE):
        Thread(target=look, args=arguments).start()
