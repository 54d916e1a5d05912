"""One table of secrets as people leave them about, for every route on which anything of an engine is shown.

Each is a text and the part of it that nobody may read; all are made up. `variable`, where the text is a value, is a
name that does not give it away. What an administrator's own rule hides is among them.
"""

from typing import NamedTuple


class Canary(NamedTuple):
    text: str
    secret: str


OWN_PATTERN = r"customer ([0-9]{6}-own)"

CANARIES = {
    "stripe": Canary("charged by sk_live_canaryAbcdef0123456789", "canaryAbcdef0123"),
    "github": Canary("pushed with ghp_canaryABCDEFghijklmnopqrst0123456789", "canaryABCDEFghij"),
    "aws": Canary("key AKIACANARYKEY1234567 in use", "CANARYKEY1234567"),
    "jwt": Canary("got eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOiJqd3QifQ.c2lnbmF0dXJlMTIz", "eyJjYW5hcnkiOiJqd3QifQ"),
    "azure": Canary("AccountName=x;AccountKey=canaryAzure0123456789ab==;E=core", "canaryAzure01234"),
    "creds": Canary("DB_CREDS=ada+canary-creds", "canary-creds"),
    "slack": Canary("posts to https://hooks.slack.com/services/T0/B0/canarySlackHook", "canarySlackHook"),
    "mysql": Canary("mysql -h db -uroot -pCanarySql1 shop", "CanarySql1"),
    "curl": Canary("curl -s -u admin:canary-curl http://intranet/", "canary-curl"),
    "sshpass": Canary("sshpass -p canary-ssh ssh ada@box", "canary-ssh"),
    "slash": Canary("postgres://u:pa/canary-slash@h/shop", "canary-slash"),
    "hash": Canary("amqp://u:pa#canary-hash@h/", "canary-hash"),
    "at": Canary("mysql://u:pa@canary-at@h/", "canary-at"),
    "basic": Canary("https://ada:canary-basic@intranet.example/x?y=1", "canary-basic"),
    "pem": Canary("-----BEGIN PRIVATE KEY-----\nQ0FOQVJZUEVNUEVNUEVN\n-----END PRIVATE KEY-----", "Q0FOQVJZUEVNUEVN"),
    "option": Canary("serve --password canary-option --port 80", "canary-option"),
    "libpq": Canary("PGPASSWORD=canary-libpq psql shop", "canary-libpq"),
    "header": Canary("curl -H 'Authorization: Bearer canary.header-0123' x", "canary.header"),
    "docker": Canary('{"auths":{"r.example":{"auth":"Y2FuYXJ5LWRvY2tlcg=="}}}', "Y2FuYXJ5LWRvY2tlcg"),
    "json": Canary('{"user":"ada","password":"canaryjson, \\"x"}', "canaryjson"),
    "own": Canary("order of customer 424242-own came", "424242-own"),
}
SECRETS = tuple(canary.secret for canary in CANARIES.values())


def leaks(text: str) -> list[str]:
    """The canaries whose secret the text tells, in whatever case or spelling of HTML."""
    low = text.replace("&quot;", '"').lower()
    return [name for name, canary in CANARIES.items() if canary.secret.lower() in low]
