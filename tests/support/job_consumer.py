"""Run as a program: consume a queue until some jobs were done, and print them as JSON.

``python -m tests.support.job_consumer WHERE NAME HOW_MANY JOB…``
"""

from __future__ import annotations

import json
import sys
import threading

from huey.consumer import Consumer

from app.store.queue import JobQueue


def main(where: str, name: str, how_many: str, *jobs: str) -> None:
    queue = JobQueue(where, name=name)
    done: list[tuple[str, str]] = []
    enough = threading.Event()

    def remember(job: str) -> None:
        @queue.handler(job)
        def handle(argument: str) -> None:
            done.append((job, argument))
            if len(done) == int(how_many):
                enough.set()

    for job in jobs:
        remember(job)
    consumer = Consumer(queue.huey, workers=1, periodic=False, initial_delay=0.02, max_delay=0.02)
    consumer.start()
    enough.wait(timeout=20)
    consumer.stop(graceful=True)
    print(json.dumps(done))


if __name__ == "__main__":
    main(*sys.argv[1:])
