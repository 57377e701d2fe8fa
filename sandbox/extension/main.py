"""Starts the sandbox: `sandbox/serve`.

Says in one line of JSON where it is, once it answers, and leaves nothing when it ends.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import resource
import shutil
import signal
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from werkzeug.serving import BaseWSGIServer, make_server

from .world import world

RUN = Path(__file__).resolve().parent.parent / "run"


def arguments() -> argparse.Namespace:
    """Returns what was typed."""
    parser = argparse.ArgumentParser(prog="sandbox/serve", description="An AWS that costs nothing.")
    parser.add_argument("--port", type=int, default=0, help="the port of the AWS endpoint (default: a free one)")
    parser.add_argument("--ssh-port", type=int, default=0, help="the SSH port of every instance (default: a free one)")
    parser.add_argument(
        "--state", type=Path, help="the folder of instances and logs (default: a new one in sandbox/run)"
    )
    parser.add_argument("--second", type=float, default=1.0, help="how long a sandbox second takes, in seconds")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input ends")
    typed = parser.parse_args()
    if typed.second <= 0:
        parser.error("--second must be more than 0")
    return typed


def state_folder(typed: Path | None) -> Path:
    """Returns the folder of this server; one that nobody named goes with the server."""
    if typed is None:
        RUN.mkdir(exist_ok=True)
        return Path(tempfile.mkdtemp(dir=RUN))
    typed.mkdir(parents=True, exist_ok=True)
    return typed.resolve()


def start(typed: argparse.Namespace, state: Path) -> BaseWSGIServer:
    """Sets the world up and returns a server that listens."""
    # Before moto is imported: it reads these once, and nothing of this user's AWS is any of its business.
    for name in [name for name in os.environ if name.startswith(("AWS_", "BOTO_", "MOTO_"))]:
        del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    os.environ["MOTO_RECORDER_FILEPATH"] = str(state / "recording")
    (state / "recording").touch()
    from moto.moto_server.werkzeug_app import MotoRequestHandler

    from . import quick_start

    quick_start.prepare()
    from .application import Application
    from .ssh_hosts import SshHosts

    class RequestHandler(MotoRequestHandler):
        # Connections are kept, as AWS keeps them, and small answers leave at once.
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

    application = Application()
    world.begin(state, typed.second, SshHosts(state, typed.ssh_port))
    return make_server("127.0.0.1", typed.port, application, threaded=True, request_handler=RequestHandler)


def end_when_stdin_closes(server: BaseWSGIServer) -> None:
    """Reads standard input to its end, then ends the server."""

    def wait() -> None:
        # Not `sys.stdin`: its lock, held by a waiting thread, would make the interpreter's end a crash.
        while os.read(0, 4096):
            pass
        server.shutdown()

    threading.Thread(target=wait, daemon=True).start()


def serve(typed: argparse.Namespace, state: Path) -> None:
    """Serves until told to end."""
    server = start(typed, state)

    def stop(_signal: int, _frame: Any) -> None:
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if typed.until_stdin_closes:
        end_when_stdin_closes(server)
    endpoint = f"http://127.0.0.1:{server.port}"
    ready = {
        "endpoint": endpoint,
        "public_ip_url": f"{endpoint}/sandbox/public-ip",
        "ssh_port": world.hosts.addresses.port,
        "state": str(state),
    }
    print(json.dumps(ready), flush=True)
    try:
        server.serve_forever(poll_interval=0.05)
    finally:
        world.reset()
        world.hosts.end()


def main() -> None:
    """Runs a server and leaves nothing of it."""
    typed = arguments()
    # One listening socket an instance.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    state = state_folder(typed.state)
    logging.basicConfig(filename=state / "server.log", level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        serve(typed, state)
    except OSError as failure:
        sys.exit(f"error: {failure}")
    finally:
        if typed.state is None:
            shutil.rmtree(state, ignore_errors=True)
    # Everything is ended and written; taking moto's catalogue apart would cost the interpreter another second.
    logging.shutdown()
    os._exit(0)


if __name__ == "__main__":
    main()
