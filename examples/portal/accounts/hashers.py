"""How are passwords kept? By scrypt, five times cheaper than Django's own: twenty visitors log in at once on a laptop."""

from django.contrib.auth.hashers import ScryptPasswordHasher

__all__ = ["QuickScrypt"]


class QuickScrypt(ScryptPasswordHasher):
    """As Django had it until 5.1. A portal whose passwords matter uses the default."""

    parallelism = 1
