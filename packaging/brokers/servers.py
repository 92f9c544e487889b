"""Brokers on loopback without systemd: started, found ready and stopped by us, each with all its files in one folder.

Standard library only. Nothing that somebody else started is ever touched.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

READY_S = 180.0
"""RabbitMQ that was killed takes a minute to come back on a machine that does ten other things."""

LEAVE_S = 15.0
LOOK_S = 0.05


class BrokerError(Exception):
    """One sentence that says why a broker is not there."""


class Server:
    """One process, or a few, of which we know the ids."""

    name = ""
    packages: tuple[str, ...] = ()
    """Of Debian and Ubuntu."""

    default_port = 0

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = Path(folder) / self.name
        self.port = port or self.default_port

    @classmethod
    def program(cls) -> str:
        """Path of what is started; empty where it is not installed."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        """How clients reach it."""
        raise NotImplementedError

    def commands(self) -> dict[str, tuple[list[str], dict[str, str]]]:
        """By name of the process: what is started in this order, and with which environment."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether it says so in its own protocol."""
        raise NotImplementedError

    def up(self) -> None:
        """Start it and wait until it is ready. Raises BrokerError."""
        if not self.program():
            raise BrokerError(f"{self.name} is not installed (apt install {' '.join(self.packages)})")
        if self.running():
            return
        if is_open(self.port):
            raise BrokerError(f"something else listens on port {self.port}")
        self.folder.mkdir(parents=True, exist_ok=True)
        for process, (command, environment) in self.commands().items():
            self._start(process, command, environment)
        limit = time.monotonic() + READY_S
        while not self.answers():
            if time.monotonic() > limit or not self.running():
                self.down()
                raise BrokerError(f"{self.name} did not get ready; its log is in {self.folder}")
            time.sleep(LOOK_S)

    def down(self) -> None:
        """Stop what we started, the last one first, and wait until it is gone."""
        for process in reversed(self.commands()):
            self._stop(process, signal.SIGTERM)

    def kill(self) -> None:
        """As a crash would: its files stay as they are."""
        for process in reversed(self.commands()):
            self._stop(process, signal.SIGKILL)

    def pause(self) -> None:
        """It keeps its connections and answers nothing, until `go_on`."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Undo `pause`."""
        self._signal(signal.SIGCONT)

    def _signal(self, sign: signal.Signals) -> None:
        for process in self.commands():
            if pid := self._pid(process):
                os.killpg(pid, sign)

    def forget(self) -> None:
        """Stop it and remove its files."""
        self.down()
        shutil.rmtree(self.folder, ignore_errors=True)

    def running(self) -> bool:
        """Whether a process that we started lives."""
        return all(self._pid(process) for process in self.commands())

    def state(self) -> str:
        """For a person."""
        if not self.program():
            return f"not installed (apt install {' '.join(self.packages)})"
        if self.running():
            return f"ready at {self.url}" if self.answers() else "starting"
        return "another one listens on its port" if is_open(self.port) else "installed, not running"

    def _start(self, process: str, command: list[str], environment: dict[str, str]) -> None:
        with (self.folder / f"{process}.out").open("ab") as log:
            started = subprocess.Popen(
                command,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )
        self._pid_file(process).write_text(f"{started.pid} {birth(started.pid)}")
        started.returncode = 0  # it lives on when we have ended: nobody waits for it

    def _stop(self, process: str, sign: signal.Signals) -> None:
        pid = self._pid(process)
        if not pid:
            return
        # The whole session of ours: a broker may be a shell script that has started the real one.
        for name in (sign, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, name)
            limit = time.monotonic() + LEAVE_S
            while group_lives(pid) and time.monotonic() < limit:
                time.sleep(LOOK_S)
        self._pid_file(process).unlink(missing_ok=True)
        # The threads of a dead process may hold its sockets for some milliseconds more.
        limit = time.monotonic() + LEAVE_S
        while is_open(self.port) and time.monotonic() < limit:
            time.sleep(LOOK_S)

    def _pid(self, process: str) -> int:
        """Of a process that lives and is the one that we started; 0 where there is none."""
        try:
            pid, born = self._pid_file(process).read_text().split()
        except (OSError, ValueError):
            return 0
        return int(pid) if born != "0" and birth(int(pid)) == born else 0

    def _pid_file(self, process: str) -> Path:
        return self.folder / f"{process}.pid"


class RabbitMq(Server):
    """Its own epmd, or the common one would outlive it."""

    name = "rabbitmq"
    packages = ("rabbitmq-server",)
    default_port = 5672

    @classmethod
    def program(cls) -> str:
        # Not the wrapper in PATH, which changes the user.
        path = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
        return str(path) if path.exists() and shutil.which("epmd") else ""

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    def commands(self) -> dict[str, tuple[list[str], dict[str, str]]]:
        epmd, folder = self.port + 10_001, self.folder
        # Erlang's schedulers would spin for a while before they sleep, on cores that others wait for.
        # https://www.rabbitmq.com/docs/runtime#busy-waiting
        idle = "+sbwt none +sbwtdcpu none +sbwtdio none"
        ports = {"ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_PORT": str(epmd)}
        return {
            "epmd": ([shutil.which("epmd") or "epmd", "-address", "127.0.0.1", "-port", str(epmd)], {}),
            "rabbitmq": (
                [self.program()],
                {
                    **ports,
                    "HOME": str(folder),
                    "RABBITMQ_NODENAME": f"buslens{self.port}@localhost",
                    "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
                    "RABBITMQ_NODE_PORT": str(self.port),
                    "RABBITMQ_DIST_PORT": str(self.port + 10_002),
                    "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
                    "RABBITMQ_LOG_BASE": str(folder / "log"),
                    "RABBITMQ_PID_FILE": str(folder / "rabbitmq.own.pid"),
                    "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
                    "RABBITMQ_CONF_ENV_FILE": "/dev/null",
                    "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{idle} -kernel inet_dist_use_interface {{127,0,0,1}}",
                },
            ),
        }

    def answers(self) -> bool:
        # A wrong version is answered with the right header or a frame: both mean that it is there.
        # https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf, 4.2.2
        return asked(self.port, b"AMQP\x00\x00\x09\x01")[:1] == b"\x01"


class Redis(Server):
    """For Celery."""

    name = "redis"
    packages = ("redis-server",)
    default_port = 6379

    @classmethod
    def program(cls) -> str:
        return shutil.which("redis-server") or ""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def commands(self) -> dict[str, tuple[list[str], dict[str, str]]]:
        bound = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)]
        return {"redis": ([self.program(), *bound, "--appendonly", "yes", "--save", "", "--daemonize", "no"], {})}

    def answers(self) -> bool:
        return asked(self.port, b"PING\r\n").startswith(b"+PONG")


SERVERS: tuple[type[Server], ...] = (RabbitMq, Redis)


def asked(port: int, question: bytes) -> bytes:
    """The beginning of the answer; empty where there is none."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1.0) as connection:
            connection.sendall(question)
            return connection.recv(64)
    except OSError:
        return b""


def is_open(port: int) -> bool:
    """Whether anybody listens."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1.0):
            return True
    except OSError:
        return False


def birth(pid: int) -> str:
    """When a process began, in the kernel's ticks, so that its id is never mistaken for a later one's; "0" for none."""
    try:
        said = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "0"
    return "0" if said[0] == "Z" else said[19]


def group_lives(group: int) -> bool:
    """Whether any process of a group that we began is there still; one that waits to be reaped is not."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(group, os.WNOHANG)
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                said = (path / "stat").read_text().rpartition(")")[2].split()
                if said[0] != "Z" and int(said[2]) == group:
                    return True
    return False
