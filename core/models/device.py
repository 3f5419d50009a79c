"""How phones of the field team sign in."""

from django.db import models

from core.models.credential import Credential, constraints, triggers


class DeviceSignIn(Credential):
    """A phone's name and password for the device door; it acts as ``user``, with that user's appointments.

    The password is made by the server and kept nowhere: HTTP Digest needs ``HA1 = H(username:realm:password)``, which
    is kept under both algorithms. Whoever reads them can act as the phone, and as nobody else.
    """

    uuid = models.UUIDField(unique=True)
    username = models.TextField(unique=True)
    ha1_md5 = models.BinaryField(max_length=16)
    ha1_sha256 = models.BinaryField(max_length=32)

    class Meta:
        constraints = constraints("core_devicesignin")
        triggers = triggers("core_devicesignin", "uuid", "username", "ha1_md5", "ha1_sha256")
