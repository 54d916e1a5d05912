"""How a host is reached, as a form: checked at the field, secrets write-only, an SSH key confirmed by fingerprint."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from hosts.engine.address import Address, Scheme
from hosts.engine.errors import AddressError, EngineError
from hosts.engine.ssh import host_keys, scan_host_key
from hosts.engine.tls import tls_context
from hosts.models import Host
from hosts.models.hosts import NAME
from hosts.operations.base import PRIVATE, NotPossible, OperationForm, Section
from hosts.operations.fields import NamesField, PemField

PEMS = ("tls_ca", "tls_cert", "tls_key", "ssh_key")
SECRETS = ("tls_key", "ssh_key")
SHOWN = ("name", "url", "tags", "tls_ca", "tls_cert", "ssh_host_key")
_LIMIT = 100_000


class HostForm(OperationForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=63,
        validators=[NAME],
        help_text=_("How the host is called here and in addresses, such as web-1."),
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=255,
        help_text=_("unix:///var/run/docker.sock, tcp://machine:2376 or ssh://user@machine."),
    )
    groups = NamesField(
        label=_("Groups"),
        validators=[NAME],
        help_text=_(
            "Divided by commas. Roles can be given over a group. "
            "The group's logins to registries are sent to the engines of its hosts."
        ),
    )
    tags = NamesField(label=_("Tags"), help_text=_("Divided by commas, for filtering."))
    tls_ca = PemField(
        label=_("TLS: CA certificate"),
        help_text=_("Needed for tcp:// with TLS; the engine's certificate is always verified."),
    )
    tls_ca_file = forms.FileField(label=_("… or its file"), required=False)
    tls_cert = PemField(label=_("TLS: client certificate"))
    tls_cert_file = forms.FileField(label=_("… or its file"), required=False)
    tls_key = PemField(
        label=_("TLS: client key"),
        help_text=_(
            "Stored encrypted and never shown again. Leave empty to keep the stored key; a changed address deletes it."
        ),
    )
    tls_key_file = forms.FileField(label=_("… or its file"), required=False)
    ssh_key = PemField(
        label=_("SSH: private key"),
        help_text=_(
            "Without a passphrase. Stored encrypted and never shown again. "
            "Leave empty to keep the stored key; a changed address deletes it."
        ),
    )
    ssh_key_file = forms.FileField(label=_("… or its file"), required=False)
    ssh_host_key = PemField(
        label=_("SSH: the machine's host key"),
        help_text=_("Empty: Quayside asks the machine and shows you the fingerprint to compare."),
    )
    sections = (
        Section(
            _("TLS keys"),
            ("tls_ca", "tls_ca_file", "tls_cert", "tls_cert_file", "tls_key", "tls_key_file"),
            "url",
            "tcp:",
        ),
        Section(_("SSH keys"), ("ssh_key", "ssh_key_file", "ssh_host_key"), "url", "ssh:"),
    )
    secret = frozenset({"tls_key", "ssh_key", "tls_key_file", "ssh_key_file"})
    look_up_action = "host.scan"

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        known = [self.target.host.pk] if self.target.host else []
        if Host.objects.filter(name=name).exclude(pk__in=known).exists():
            raise forms.ValidationError(_("There is a host of this name already."))
        return name

    def clean_url(self) -> str:
        try:
            Address.parse(self.cleaned_data["url"])
        except AddressError as error:
            raise forms.ValidationError(error.sentence) from error
        return str(self.cleaned_data["url"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in PEMS:
            self._take_file(name)
        for name in SHOWN:
            if PRIVATE in str(data.get(name)):
                self.add_error(name, _("This is a private key. Paste it into the field for the key only."))
        if not self.errors:
            known = self._known()
            stored = [name for name in SECRETS if getattr(known, name)]
            host = draft(known, data)
            self._check_way_in(host)
            for name in stored:
                if name in self.errors and not getattr(host, name):
                    self.add_error(
                        name, _("The address has changed, so the stored key is not used: enter the key again.")
                    )
        return data

    def _known(self) -> Host:
        """A copy of the saved row, so that trying something out leaves the page's own row alone."""
        saved = self.target.host
        return Host.objects.get(pk=saved.pk) if saved and saved.pk else Host()

    def _take_file(self, name: str) -> None:
        file = self.cleaned_data.get(f"{name}_file")
        if file is None:
            return
        if file.size > _LIMIT:
            self.add_error(f"{name}_file", _("The file is too large to be a key or a certificate."))
            return
        try:
            text = file.read().decode("ascii")
        except UnicodeDecodeError:
            self.add_error(f"{name}_file", _("This is no PEM file: it holds binary data."))
            return
        self.cleaned_data[name] = text
        self._fill_in(name, text)  # a browser forgets a chosen file when the form comes back

    def _check_way_in(self, host: Host) -> None:
        try:
            address = Address.of(host)
            if address.tls:
                tls_context(address.tls)
        except AddressError as error:
            self.add_error(error.field if error.field in self.fields else "url", error.sentence)
            return
        if address.scheme is Scheme.SSH:
            self._check_ssh(address)

    def _check_ssh(self, address: Address) -> None:
        if address.ssh is None or not address.ssh.key:
            self.add_error("ssh_key", _("Paste or upload the private key to log in with."))
        elif address.ssh.host_key:
            if not host_keys(address.ssh.host_key):
                self.add_error("ssh_host_key", _("This is no SSH host key, such as a line of known_hosts."))
        else:
            self.look_up = partial(self._show_host_key, address)

    def _show_host_key(self, address: Address) -> str:
        """Fill in the key that the machine shows; sending the form once more confirms it."""
        try:
            key = scan_host_key(address)
        except EngineError as error:
            self.add_error("url", error.sentence)
            raise NotPossible(error.sentence) from error
        self._fill_in("ssh_host_key", key.line)
        sentence = _(
            "The machine shows a key with the fingerprint %s. Compare it with the machine's own, "
            "then send the form again to trust it."
        )
        self.add_error("ssh_host_key", sentence % key.fingerprint)
        return str(_("The machine shows a key with the fingerprint %s.") % key.fingerprint)

    def _fill_in(self, name: str, text: str) -> None:
        self.data = {**self.data.dict(), name: text} if isinstance(self.data, QueryDict) else {**self.data, name: text}


def draft(host: Host, inputs: dict[str, Any] | Any) -> Host:
    """The row with the form's values in it, unsaved; an empty secret keeps the stored one, at the same address only."""
    moved = host.url != inputs["url"]
    for name in SHOWN:
        setattr(host, name, inputs[name])
    for name in SECRETS:
        if inputs[name] or moved:
            host.set_secret(name, inputs[name])
    return host
