"""The real new core on a real socket, in a thread of the test process."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import uvicorn

from newcore.app import application, engine_on
from newcore.guard import Guard


@contextmanager
def newcore_serving(
    dsn: str, keys: Sequence[bytes], port: int = 0, around: Callable[[Any], Any] | None = None
) -> Iterator[str]:
    """Serve until the block ends; gives the address. The keys are `cli.statement.public_keys` of whoever asks.

    `around` puts something around the application, such as a defect.
    """
    listening = socket.create_server(("127.0.0.1", port))
    app = application(engine_on(dsn, pool=4), Guard(keys, time.time))
    served = app if around is None else around(app)
    server = uvicorn.Server(uvicorn.Config(served, log_config=None, access_log=False, lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
