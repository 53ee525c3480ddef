"""Makes vectors.json with the programs that make such hashes at brands.

    python3 -m venv v && v/bin/pip install passlib bcrypt==4.0.1 argon2-cffi django werkzeug
    v/bin/python make-vectors.py > vectors.json        (php-cli must be installed too)

Costs are low, so that the tests are quick.
"""

import json
import subprocess

from argon2 import PasswordHasher, Type
from django.conf import settings
from passlib import hash as passlib
from werkzeug.security import generate_password_hash

settings.configure()
from django.contrib.auth import hashers  # noqa: E402

PASSWORDS = ["correct horse", "Grüße aus Köln €", "long " * 14 + "end"]

PHP = {
    "PHP password_hash, bcrypt": "echo password_hash($argv[1], PASSWORD_BCRYPT, ['cost' => 5]);",
    "PHP password_hash, argon2id": "echo password_hash($argv[1], PASSWORD_ARGON2ID, ['memory_cost' => 1024, 'time_cost' => 1]);",
    "PHP password_hash, argon2i": "echo password_hash($argv[1], PASSWORD_ARGON2I, ['memory_cost' => 1024, 'time_cost' => 2]);",
    "PHP crypt, 2a": "echo crypt($argv[1], '$2a$05$' . 'NdZkU3N2eGtLd0hPcXBvTe');",
    "PHP crypt, 2x": "echo crypt($argv[1], '$2x$05$' . 'NdZkU3N2eGtLd0hPcXBvTe');",
    "PHP, WordPress 6.8 by its published recipe": (
        "$key = base64_encode(hash_hmac('sha384', $argv[1], 'wp-sha384', true));"
        "echo '$wp' . password_hash($key, PASSWORD_BCRYPT, ['cost' => 5]);"
    ),
}


def php(code):
    return lambda password: subprocess.check_output(["php", "-r", code, password], text=True)


class Cheap:
    """Django's hashers at their lowest useful costs."""

    class Pbkdf2(hashers.PBKDF2PasswordHasher):
        iterations = 1000

    class Pbkdf2Sha1(hashers.PBKDF2SHA1PasswordHasher):
        iterations = 1000

    class Argon2(hashers.Argon2PasswordHasher):
        time_cost, memory_cost, parallelism = 1, 1024, 2

    class BcryptSha256(hashers.BCryptSHA256PasswordHasher):
        rounds = 5

    class Bcrypt(hashers.BCryptPasswordHasher):
        rounds = 5

    class Scrypt(hashers.ScryptPasswordHasher):
        work_factor = 2**10


def django(hasher):
    return lambda password: hasher().encode(password, hasher().salt())


def argon2(kind):
    return PasswordHasher(time_cost=2, memory_cost=1024, parallelism=2, type=kind).hash


MAKERS = {
    **{name: php(code) for name, code in PHP.items()},
    "argon2-cffi, argon2id": argon2(Type.ID),
    "argon2-cffi, argon2i": argon2(Type.I),
    "argon2-cffi, argon2d": argon2(Type.D),
    "passlib bcrypt, 2b": passlib.bcrypt.using(rounds=5, ident="2b").hash,
    "passlib scrypt": passlib.scrypt.using(rounds=10).hash,
    "passlib pbkdf2_sha1": passlib.pbkdf2_sha1.using(rounds=1000).hash,
    "passlib pbkdf2_sha256": passlib.pbkdf2_sha256.using(rounds=1000).hash,
    "passlib pbkdf2_sha512": passlib.pbkdf2_sha512.using(rounds=1000).hash,
    "passlib phpass, WordPress": passlib.phpass.using(rounds=8).hash,
    "passlib phpass, phpBB": passlib.phpass.using(rounds=8, ident="$H$").hash,
    "Django pbkdf2_sha256": django(Cheap.Pbkdf2),
    "Django pbkdf2_sha1": django(Cheap.Pbkdf2Sha1),
    "Django argon2": django(Cheap.Argon2),
    "Django bcrypt_sha256": django(Cheap.BcryptSha256),
    "Django bcrypt": django(Cheap.Bcrypt),
    "Django scrypt": django(Cheap.Scrypt),
    "Werkzeug scrypt": lambda password: generate_password_hash(password, "scrypt:1024:8:1"),
    "Werkzeug pbkdf2 sha256": lambda password: generate_password_hash(password, "pbkdf2:sha256:1000"),
    "Werkzeug pbkdf2 sha512": lambda password: generate_password_hash(password, "pbkdf2:sha512:1000"),
}

vectors = [
    {"made_by": name, "password": password, "hash": make(password)}
    for name, make in MAKERS.items()
    for password in PASSWORDS
]
print(json.dumps(vectors, indent=2, ensure_ascii=False))
