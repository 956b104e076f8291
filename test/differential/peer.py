"""The protocols of callback-codec on Python's cryptography. Reads one task a line, prints one answer a line (tasks.mjs)."""
import base64, hashlib, hmac, sys
from xml.etree import ElementTree

from cryptography import __version__
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7


def cipher(key, iv):
    return Cipher(algorithms.AES(key), modes.CBC(iv))


def encrypt(key, iv, plaintext, block):
    padder, encryptor = PKCS7(8 * block).padder(), cipher(key, iv).encryptor()
    return encryptor.update(padder.update(plaintext) + padder.finalize()) + encryptor.finalize()


def decrypt(key, iv, ciphertext, block):
    unpadder, decryptor = PKCS7(8 * block).unpadder(), cipher(key, iv).decryptor()
    return unpadder.update(decryptor.update(ciphertext) + decryptor.finalize()) + unpadder.finalize()


def aes_key(encoding_aes_key):
    return base64.b64decode(encoding_aes_key + b"=")


def feishu_encrypt(secret, iv, text):
    return base64.b64encode(iv + encrypt(hashlib.sha256(secret).digest(), iv, text, 16))


def feishu_decrypt(secret, envelope):
    sealed = base64.b64decode(envelope, validate=True)
    return decrypt(hashlib.sha256(secret).digest(), sealed[:16], sealed[16:], 16)


def biz_encrypt(secret, prefix, text, owner, block):
    key = aes_key(secret)
    plaintext = prefix + len(text).to_bytes(4, "big") + text + owner
    return base64.b64encode(encrypt(key, key[:16], plaintext, int(block)))


def biz_decrypt(secret, envelope, owner):
    key = aes_key(secret)
    plaintext = decrypt(key, key[:16], base64.b64decode(envelope, validate=True), 32)
    end = 20 + int.from_bytes(plaintext[16:20], "big")
    assert plaintext[end:] == owner
    return plaintext[20:end]


def biz_sign(*parts):
    # By UTF-16 code unit, as JavaScript and Java sort; Python by itself sorts by code point.
    ordered = sorted(parts, key=lambda part: part.decode().encode("utf-16-be"))
    return hashlib.sha1(b"".join(ordered)).hexdigest().encode()


def digest(algorithm):
    return lambda *parts: hashlib.new(algorithm, b"".join(parts)).hexdigest().encode()


def hmac_sha256(key, message):
    return base64.b64encode(hmac.digest(key, message, "sha256"))


def xml_read(document, name):
    return (ElementTree.fromstring(document.decode()).find(name.decode()).text or "").encode()


TASKS = {
    "feishu-encrypt": feishu_encrypt,
    "feishu-decrypt": feishu_decrypt,
    "biz-encrypt": biz_encrypt,
    "biz-decrypt": biz_decrypt,
    "biz-sign": biz_sign,
    "sha1": digest("sha1"),
    "sha256": digest("sha256"),
    "hmac": hmac_sha256,
    "xml-read": xml_read,
}

print(f"cryptography {__version__}, Python {sys.version.split()[0]}")
for line in sys.stdin:
    name, *fields = line.split()
    try:
        answer = TASKS[name](*(base64.b64decode(field[1:]) for field in fields))
        print("=" + base64.b64encode(answer).decode())
    except Exception as error:
        print(f"!{type(error).__name__}")
