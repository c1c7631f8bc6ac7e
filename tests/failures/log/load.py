"""A gateway's writing process for the kill tests: appends as fast as it can and prints what was acknowledged.

python -m tests.failures.log.load DATA_DIR DATABASE      each line: the id of an exchange whose receipt came
"""

import asyncio
import sys

import uvloop

from proxy.accesslog.parts import Limits
from proxy.accesslog.store import Ledger
from proxy.database import Database, described
from proxy.errors import StoreError
from proxy.settings import load
from tests.failures.log.builders import exchange, parts


async def main(owner: str, data_dir: str, name: str) -> None:
    """Write with eight clients at once, until killed."""
    cluster = described(load({"POORT_DATA_DIR": data_dir}), owner).called(Database.GATEWAY, name)
    ledger = await Ledger.start(parts(cluster, limits=Limits(timeout=3)))
    await asyncio.gather(*(client(ledger) for _ in range(8)))


async def client(ledger: Ledger) -> None:
    """Append one exchange after another; a refusal is no receipt."""
    while True:
        try:
            receipt = await ledger.append(exchange(2))
        except StoreError:
            await asyncio.sleep(0.05)
            continue
        print(receipt.access, flush=True)


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
