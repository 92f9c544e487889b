"""What the address of a broker is made of, for each kind of broker, and how it is written as one URL."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from bus.errors import UserError

LOOPBACK = "127.0.0.1"
LONGEST = 1000
"""Characters of one part of an address."""

SILENT_HINT = "check host, port and TLS under Connections: something else may listen there"


@dataclass(frozen=True, slots=True)
class BrokerKind:
    """A kind of broker: how its addresses look. Each engine or kind of worker that needs one names it."""

    id: str
    title: str
    scheme: str
    secure_scheme: str
    port: int
    secure_port: int
    variable: str
    """Of the environment: a whole URL, which wins over what is set here."""

    password_variable: str
    """Of the environment: the password alone."""

    space: str = ""
    """What it calls its parts, such as virtual hosts; empty where it has none."""

    default_space: str = ""
    default_user: str = ""
    """Who is let in on loopback as it is installed, with the same word as password; empty: everybody."""

    ca_option: str = "cafile"
    """How the URL names the file of certificates."""

    certificate_option: str = "certfile"
    key_option: str = "keyfile"
    tls_options: tuple[tuple[str, str], ...] = ()
    """What else the URL says where TLS is wanted."""

    space_is_number: bool = False
    also: tuple[BrokerKind, ...] = ()
    """Others whose addresses may be said instead."""

    otherwise: BrokerKind | None = None
    """One of those: where nothing is said, its address is used; None: loopback."""

    @property
    def passphrase_variable(self) -> str:
        """Name of the environment variable that opens the key of the client's certificate."""
        return self.variable.replace("_URL", "_KEY_PASSPHRASE")


@dataclass(frozen=True, slots=True)
class Connection:
    """What a person sets, and all that is kept of it in a file: there is no password here."""

    host: str = LOOPBACK
    port: int = 0
    """0: the one that the kind of broker has."""

    space: str = ""
    """Virtual host of RabbitMQ, number of the database of Redis; empty: the default one."""

    user: str = ""
    """Empty: nobody in particular; RabbitMQ's guest."""

    tls: bool = False
    ca_file: str = ""
    """Certificates that are trusted; empty: those of the system."""

    certificate_file: str = ""
    """Ours, where the server wants one of its clients."""

    key_file: str = ""
    """Of our certificate; empty: it is in the same file."""

    in_keyring: bool = False
    """Whether its password was given to the system's keyring, which is asked only then."""

    def place(self, kind: BrokerKind) -> str:
        """Without user and password: it may be shown and logged."""
        return f"{self.scheme(kind)}://{_host(self.host)}:{self.port_of(kind)}{self._path(kind)}"

    def scheme(self, kind: BrokerKind) -> str:
        """The scheme that its URL begins with, such as amqps."""
        return kind.secure_scheme if self.tls else kind.scheme

    def port_of(self, kind: BrokerKind) -> int:
        """The one that is meant."""
        return self.port or (kind.secure_port if self.tls else kind.port)

    def url(self, kind: BrokerKind, password: str = "") -> str:
        """All of it, for the client library alone: it holds the password."""
        user = self.user
        if not user and kind.default_user:
            user, password = kind.default_user, password or kind.default_user
        who = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user or password else ""
        files = {
            kind.ca_option: self.ca_file,
            kind.certificate_option: self.certificate_file,
            kind.key_option: self.key_file,
        }
        options = {option: path for option, path in files.items() if self.tls and path}
        if self.tls:
            options |= dict(kind.tls_options)
        query = f"?{urlencode(options)}" if options else ""
        return f"{self.scheme(kind)}://{who}{_host(self.host)}:{self.port_of(kind)}{self._path(kind)}{query}"

    def _path(self, kind: BrokerKind) -> str:
        space = self.space or kind.default_space
        return "/" if space in ("", "/") else f"/{quote(space, safe='')}"

    def check(self, kind: BrokerKind) -> None:
        """Raises UserError where this can be no address."""
        texts = (self.host, self.space, self.user, self.ca_file, self.certificate_file, self.key_file)
        if any(len(text) > LONGEST or not text.isprintable() for text in texts):
            raise UserError(f"what is set for {kind.title} is not valid text for an address", hint="see Connections")
        if not self.host or any(sign in self.host for sign in " /@?#\\"):
            hint = "expected a name such as broker.example or an address"
            raise UserError(f"{self.host!r} is not a valid host", hint=hint)
        if not 0 <= self.port <= 65_535:
            raise UserError(f"{self.port} is not a valid port", hint="expected 1 to 65535")
        if self.key_file and not self.certificate_file:
            raise UserError(f"{self.key_file} is a key without its certificate", hint="give the certificate too")
        if kind.space_is_number and self.space and not (self.space.isascii() and self.space.isdigit()):
            problem = f"{self.space!r} is not a valid {kind.space} of {kind.title}"
            raise UserError(problem, hint="expected a number, such as 0")


def bare(url: str) -> str:
    """Without options: for clients that would take ours for theirs, and are told of TLS otherwise."""
    return url.partition("?")[0]


def meant(kind: BrokerKind, url: str) -> BrokerKind:
    """Whose address this is: what is said for one kind of broker may be one of another kind."""
    scheme = url.partition(":")[0]
    return next((each for each in kind.also if scheme in (each.scheme, each.secure_scheme)), kind)


def parsed(kind: BrokerKind, url: str) -> tuple[Connection, str]:
    """A URL's parts, and its password. Raises UserError, which does not repeat the URL."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in (kind.scheme, kind.secure_scheme) and bool(parts.hostname) and parts.port != 0
        port = parts.port or 0
    except ValueError:
        good, port = False, 0
    if not good:
        raise UserError(
            f"what {kind.variable} says is not an address of {kind.title}",
            hint=f"expected one such as {Connection().url(kind)}",
        )
    space = unquote(parts.path.removeprefix("/"))
    options = parse_qs(parts.query)
    connection = Connection(
        host=parts.hostname or "",
        port=port,
        space="" if space == kind.default_space else space,
        user=unquote(parts.username or ""),
        tls=parts.scheme == kind.secure_scheme,
        ca_file=options.get(kind.ca_option, [""])[0],
        certificate_file=options.get(kind.certificate_option, [""])[0],
        key_file=options.get(kind.key_option, [""])[0],
    )
    if connection.tls and _unchecked(options):
        raise UserError(
            f"what {kind.variable} says would leave certificates unchecked, which Buslens does not",
            hint=f"name the authority's file instead: {kind.ca_option}=FILE",
        )
    return connection, unquote(parts.password or "")


def _unchecked(options: dict[str, list[str]]) -> bool:
    """Whether it holds a switch of a client library that turns the check of certificates or of names off."""
    good = {"no_verify_ssl": ("0",), "ssl_cert_reqs": ("required", "cert_required"), "ssl_check_hostname": ("true",)}
    return any(value.lower() not in good[key] for key in good for value in options.get(key, []))


def _host(name: str) -> str:
    return f"[{name}]" if ":" in name and not name.startswith("[") else name


UNDER_CONNECTIONS, SEE_CONNECTIONS = "under Connections", "see Connections"
"""Where a person says where a broker is and who they are; a window that shows these words can lead there."""


def leads_to_connections(hint: str) -> bool:
    """Whether what was said of a broker names that place."""
    return UNDER_CONNECTIONS in hint or SEE_CONNECTIONS in hint


def hint(kind: BrokerKind, place: str) -> str:
    """What to do where nobody answers."""
    elsewhere = f"say {UNDER_CONNECTIONS} or in {kind.variable} where it is"
    near = urlsplit(place).hostname in (LOOPBACK, "localhost", "::1")
    return f"start one on this machine, or {elsewhere}" if near else elsewhere
