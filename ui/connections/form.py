"""The address of one broker as fields."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from bus.connections import BrokerKind, Connection
from bus.connections.model import LONGEST
from ui.connections.pem import PemField

CA_TIP = "PEM file of a private authority, which is trusted for this broker alone"
CERTIFICATE_TIP = "PEM file, for a broker that wants to know its clients by their certificates"
KEY_TIP = "PEM file of the certificate's key. Where it has a passphrase, {variable} in the environment says it"


class ConnectionForm(QWidget):
    """The fields of one connection; a password that is typed is in its field and nowhere else."""

    edited = Signal()

    def __init__(self, kind: BrokerKind, parent: QWidget) -> None:
        super().__init__(parent)
        self._kind = kind
        self._in_keyring = False
        self.host = self._text("Host")
        self.port = QSpinBox(self)
        self.port.setAccessibleName(f"{kind.title}: port")
        self.port.setRange(0, 65_535)
        self.port.setGroupSeparatorShown(False)
        self.space = self._text(kind.space.capitalize() or "Space")
        self.space.setPlaceholderText(kind.default_space)
        self.user = self._text("User")
        self.user.setPlaceholderText(kind.default_user or "nobody in particular")
        self.password = self._text("Password")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.tls = QCheckBox("TLS", self)
        self.tls.setAccessibleName(f"{kind.title}: TLS")
        self.tls.setToolTip("Encrypted, and the server must show a certificate that is trusted")
        self.ca_file = PemField("CA file", "those of the system", CA_TIP, kind, self)
        self.certificate_file = PemField("Client certificate", "none", CERTIFICATE_TIP, kind, self)
        self.key_file = PemField(
            "Key of the client certificate",
            "in the file of the certificate",
            KEY_TIP.format(variable=kind.passphrase_variable),
            kind,
            self,
        )
        self._place()
        for field in (self.host, self.space, self.user, self.password):
            field.textChanged.connect(self._changed)
        for file in self._files:
            file.edited.connect(self._changed)
        self.port.valueChanged.connect(self._changed)
        self.tls.toggled.connect(self._changed)

    @property
    def connection(self) -> Connection:
        """What stands in the fields."""
        return Connection(
            host=self.host.text().strip(),
            port=self.port.value(),
            space=self.space.text().strip(),
            user=self.user.text(),
            tls=self.tls.isChecked(),
            ca_file=self.ca_file.path if self.tls.isChecked() else "",
            certificate_file=self.certificate_file.path if self.tls.isChecked() else "",
            key_file=self.key_file.path if self.tls.isChecked() else "",
            in_keyring=self._in_keyring,
        )

    def show_connection(self, connection: Connection, password_hint: str) -> None:
        """Fill the fields; nothing has been typed as a password."""
        self._in_keyring = connection.in_keyring
        self.host.setText(connection.host)
        self.port.setValue(connection.port)
        self.space.setText(connection.space)
        self.user.setText(connection.user)
        self.tls.setChecked(connection.tls)
        self.ca_file.show_path(connection.ca_file)
        self.certificate_file.show_path(connection.certificate_file)
        self.key_file.show_path(connection.key_file)
        self.password.clear()
        self.password.setPlaceholderText(password_hint)
        self._changed()

    def _changed(self) -> None:
        tls = self.tls.isChecked()
        default = self._kind.secure_port if tls else self._kind.port
        self.port.setSpecialValueText(f"{default} (its own)")
        for file in self._files:
            file.setEnabled(tls)
        self.edited.emit()

    @property
    def _files(self) -> tuple[PemField, ...]:
        return self.ca_file, self.certificate_file, self.key_file

    def _place(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("Host", _line(self, self.host, "port", self.port))
        if self._kind.space:
            form.addRow(self._kind.space.capitalize(), self.space)
        else:
            self.space.hide()
        form.addRow("User", self.user)
        form.addRow("Password", self.password)
        form.addRow("", self.tls)
        form.addRow("CA file", self.ca_file)
        form.addRow("Client certificate", self.certificate_file)
        form.addRow("Its key", self.key_file)

    def _text(self, name: str) -> QLineEdit:
        field = QLineEdit(self)
        field.setMaxLength(LONGEST)
        field.setAccessibleName(f"{self._kind.title}: {name.lower()}")
        return field


def _line(parent: QWidget, first: QWidget, *parts: QWidget | str) -> QWidget:
    line = QWidget(parent)
    places = QHBoxLayout(line)
    places.setContentsMargins(0, 0, 0, 0)
    places.addWidget(first, 1)
    for part in parts:
        places.addWidget(QLabel(part, line) if isinstance(part, str) else part)
    return line
