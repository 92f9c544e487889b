"""A Kafka of one node on loopback, without ZooKeeper: its parts come from Maven Central the first time, and are kept.

https://kafka.apache.org/39/documentation.html#kraft
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from servers import BrokerError, Server, asked

VERSION = "3.9.1"


def cache_of(environment: Mapping[str, str]) -> Path:
    """Where a person's machine keeps what is downloaded once (46 MB), for all checkouts."""
    return Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "buslens"


MOST_DOWNLOAD_S = 600
JAVA = 17
JVM = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
"""Small, and ready in a second and a half."""

CLUSTER = "YnVzbGVucyBsb29wYmFjaw"
"""Any 16 bytes."""

POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>buslens</groupId><artifactId>kafka-parts</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-reload4j</artifactId><version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
"""
LOGGING = """log4j.rootLogger=WARN, stdout
log4j.appender.stdout=org.apache.log4j.ConsoleAppender
log4j.appender.stdout.layout=org.apache.log4j.PatternLayout
log4j.appender.stdout.layout.ConversionPattern=[%d] %p %m (%c)%n
"""
API_VERSIONS = bytes.fromhex("00000011 0012 0000 00000001 0007") + b"buslens"
"""The first request of every client, asking what the server can do: length, key 18, version 0, number 1, our name."""


class Kafka(Server):
    """Broker and controller in one process."""

    name = "kafka"
    packages = ("default-jre-headless", "maven")
    default_port = 9092
    cache = cache_of(os.environ)
    """Whoever has other folders for a while, such as a test, says which one is the machine's."""

    @classmethod
    def parts(cls) -> Path:
        """Their folder."""
        return cls.cache / f"kafka-{VERSION}"

    @classmethod
    def program(cls) -> str:
        return shutil.which("java") or "" if has_all(cls.parts()) or shutil.which("mvn") else ""

    @property
    def url(self) -> str:
        return f"kafka://127.0.0.1:{self.port}/"

    def properties(self) -> dict[str, str]:
        """What the server is told; a test may say more."""
        controller = f"127.0.0.1:{self.port + 1}"
        return {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{controller}",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://{controller}",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": str(self.folder / "data"),
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "group.initial.rebalance.delay.ms": "0",
        }

    def up(self) -> None:
        if self.program() and not self.running():
            bring(self.parts())
            self._format()
        super().up()

    def commands(self) -> dict[str, tuple[list[str], dict[str, str]]]:
        return {"kafka": (self._java("kafka.Kafka", str(self._settings)), {})}

    def answers(self) -> bool:
        # The answer begins with its length and the number of the request.
        return asked(self.port, API_VERSIONS)[4:8] == b"\x00\x00\x00\x01"

    @property
    def _settings(self) -> Path:
        return self.folder / "server.properties"

    def _java(self, entry: str, *arguments: str) -> list[str]:
        log = f"-Dlog4j.configuration=file:{self.folder / 'log4j.properties'}"
        return [shutil.which("java") or "java", *JVM, log, "-cp", f"{self.parts()}/*", entry, *arguments]

    def _format(self) -> None:
        """Its folder for data, where there is none yet. Raises BrokerError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = [f"{key}={value}\n" for key, value in self.properties().items()]
        self._settings.write_text("".join(lines))
        (self.folder / "log4j.properties").write_text(LOGGING)
        if (self.folder / "data" / "meta.properties").exists():
            return
        command = self._java("kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", str(self._settings))
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise BrokerError(f"kafka cannot make its folder for data: {last_line(done.stdout + done.stderr)}")


def has_all(parts: Path) -> bool:
    """Whether all of them are here."""
    return (parts / "complete").exists()


def bring(parts: Path) -> None:
    """Download what is missing, and say so. Raises BrokerError."""
    if has_all(parts):
        return
    if java_version() < JAVA:
        raise BrokerError(f"kafka needs Java {JAVA} (apt install default-jre-headless)")
    print(f"kafka: downloading {VERSION} from Maven Central (46 MB, once) ...", file=sys.stderr, flush=True)
    part = parts.with_name(f"{parts.name}.{os.getpid()}.part")
    part.mkdir(parents=True, exist_ok=True)
    (part / "pom.xml").write_text(POM)
    copy = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={part}"]
    command = [shutil.which("mvn") or "mvn", "-B", "-q", "-f", str(part / "pom.xml"), *copy]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=MOST_DOWNLOAD_S)
        if done.returncode:
            why = last_line(done.stdout, "[ERROR]")
            raise BrokerError(f"kafka was not downloaded: Maven says {why}")
        (part / "complete").touch()
        if not has_all(parts):  # somebody else may have been faster
            shutil.rmtree(parts, ignore_errors=True)
            part.rename(parts)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BrokerError(f"kafka was not downloaded: {error}") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def java_version() -> int:
    """0 where there is none."""
    try:
        done = subprocess.run(["java", "-version"], capture_output=True, text=True)
    except OSError:
        return 0
    found = re.search(r'version "(\d+)', done.stdout + done.stderr)
    return int(found.group(1)) if found else 0


def last_line(said: str, begins: str = "") -> str:
    """Of what a program said: the first line of an error, or the last of all."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return next((line for line in lines if begins and line.startswith(begins)), lines[-1] if lines else "nothing")[:300]
