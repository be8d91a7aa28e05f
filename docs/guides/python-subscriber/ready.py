"""What `helm test` runs: asks READY_URL until a pod is ready, for a minute."""

import os
import sys
import time
import urllib.request


def answer(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return response.status
    except OSError as error:
        return error


def main(url):
    deadline = time.monotonic() + 60
    while (last := answer(url)) != 200:
        if time.monotonic() > deadline:
            sys.exit(f"{url} is not ready: {last}")
        time.sleep(1)
    print(f"{url} is ready.")


if __name__ == "__main__":
    main(os.environ["READY_URL"])
