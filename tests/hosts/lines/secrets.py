"""Lines with credentials, each with what must go (between ⟦ and ⟧) and what must stay; made up, none of them works."""

HIDDEN = [
    # By the name of the key
    "password=⟦hunter2⟧ and the rest",
    "PASSWORD: ⟦hunter2⟧",
    "DB_PASSWORD=⟦hunter2⟧",
    "db.passwd = ⟦hunter2⟧, user=ada",
    'password="⟦two words, and more⟧" user=ada',
    "password='⟦two words⟧' user=ada",
    '{"user":"ada","password":"⟦a\\"b, c}⟧","ok":true}',
    '{"Password" : "⟦x⟧"}',
    '{"msg":"{\\"password\\":\\"⟦two words⟧\\",\\"user\\":\\"ada\\"}"}',
    '{:password=>"⟦hunter2⟧", :user=>"ada"}',
    "POST /login?user=ada&password=⟦hunter2⟧&next=/",
    "passphrase: ⟦correct⟧",
    "Server=db;Uid=sa;Pwd=⟦Tr0ub4dor⟧;",
    "--password ⟦hunter2⟧ --user ada",
    "mysqldump --password=⟦hunter2⟧ shop",
    "curl --api-key ⟦abc⟧ https://api.example.com",
    "api_key=⟦abc⟧ apiKey: ⟦def⟧",
    "X-Api-Key: ⟦0a1b2c⟧",
    "client_secret=⟦abcdef⟧",
    "aws_secret_access_key = ⟦wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY⟧",
    "SECRET_KEY=⟦django-insecure-x!y⟧",
    "token=⟦abcdef⟧",
    "access_token: ⟦a1b2c3⟧",
    '"refresh_token":"⟦opaque⟧"',
    "csrf-token: '⟦abc⟧'",
    "secret = ⟦swordfish⟧",
    "password=⟦p\u00e4ssw\u00f6rt⟧ rest",
    "password=⟦" + "x" * 300 + "⟧ rest",
    '{"msg":"{\\"token\\":\\"⟦opaque⟧\\"}"}',
    "<password>⟦hunter2⟧</password><user>ada</user>",
    "<wsse:Password>⟦hunter2⟧</wsse:Password>",
    "body: user%3Dada password%3D⟦hunter2⟧",
    "PGPASSWORD=⟦hunter2⟧ psql shop",
    "mysql -h db -uroot -p⟦hunter2⟧ shop",
    "mysql -p⟦hunter2⟧ shop | mysql -h other -p⟦hunter3⟧ shop; mysql -p⟦hunter4⟧ x",
    "curl -u ada:⟦hunter2⟧ http://a && curl -u ada:⟦hunter3⟧ http://b",
    "sshpass -p ⟦hunter2⟧ ssh ada@box",
    "mongosh -u root -p ⟦hunter2⟧ shop",
    "redis-cli -h cache -a ⟦hunter2⟧ ping",
    "DB_CREDS=⟦ada+hunter2⟧ REDIS_AUTH=⟦hunter2⟧ DB_PASS=⟦x⟧",
    '{"auths":{"registry.example":{"auth":"⟦YWRhOmh1bnRlcjI=⟧"}}}',
    "docker login -u ada -p ⟦hunter2⟧ registry.example",
    "curl -s -u ada:⟦hunter2⟧ https://api.example.com",
    "curl --user ada:⟦hunter2⟧ https://api.example.com",
    # Headers
    "Authorization: Bearer ⟦abc.def-123⟧",
    "authorization: Basic ⟦YWRhOmh1bnRlcjI=⟧",
    '"Authorization":"token ⟦0123abc⟧"',
    "Proxy-Authorization: Digest ⟦0123abc⟧",
    "sent Bearer ⟦0123456789abcdef⟧ to the server",
    "Authorization:[Token ⟦0123abc⟧]",
    # Cookies
    "Cookie: ⟦sid=abc; theme=dark⟧",
    "> Cookie: ⟦sid=s%3Aabc.def/ghi+j=⟧",
    "set-cookie: ⟦sid=abc; Path=/; HttpOnly; SameSite=Lax⟧",
    "Set-Cookie: ⟦id=a3f; Expires=Wed⟧, 21 Oct 2026 07:28:00 GMT",
    '{"headers":{"cookie":"⟦sid=abc; theme=dark⟧","accept":"*/*"}}',
    '{"set-cookie":["⟦sid=abc; Path=/⟧"]}',
    "map[Accept:[*/*] Cookie:[⟦sid=abc⟧]]",
    "{'Cookie': '⟦sid=abc⟧', 'Accept': '*/*'}",
    'http_cookie="⟦sid=abc⟧" status=200',
    "PHPSESSID=⟦0a1b2c3d4e5f6g7h⟧ seen",
    "GET /;JSESSIONID=⟦0A1B2C3D4E5F6A7B⟧ 200",
    # Tokens by their look
    "pushed with ⟦ghp_abcdefghijklmnopqrstuvwxyz0123456789⟧",
    "⟦github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz⟧ is it",
    "git clone https://oauth2:⟦glpat-abcdefghij0123456789⟧@gitlab.com/x.git",
    "slack ⟦xoxb-123456789012-abcdefABCDEF⟧.",
    "stripe ⟦sk_live_abcdefghij0123456789⟧",
    "⟦npm_abcdefghijklmnopqrstuvwxyz0123456789⟧",
    "key ⟦AKIAIOSFODNN7EXAMPLE⟧ used",
    "jwt ⟦eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U⟧ expired",
    "⟦gho_abcdefghijklmnopqrstuvwxyz0123456789⟧ and ⟦ghs_abcdefghijklmnopqrstuvwxyz0123456789⟧",
    "runner ⟦glrt-abcdefghij0123456789⟧ registered",
    "⟦hvs.CAESIJabcdefghijklmnop⟧ from the vault",
    "bot ⟦123456789:AAEabcdefghijklmnopqrstuvwxyz012345⟧ polls",
    "key ⟦ASIAIOSFODNN7EXAMPLE⟧ for a session",
    "posted to https://hooks.slack.com/services/⟦T00000000/B00000000/abcdefghijklmnop⟧",
    "https://discord.com/api/webhooks/1234567890/⟦abcDEF_ghi-jkl⟧ answered 204",
    "GET /b/o?X-Amz-Signature=⟦" + "0a" * 32 + "⟧&x=1",
    "https://x.blob.core.windows.net/c/b?sv=2022&sig=⟦abcdefghijklmnop%2Bqrstuv%3D⟧&se=1",
    "AccountName=x;AccountKey=⟦abcdef0123456789abcdef==⟧;EndpointSuffix=core",
    # Addresses
    "connecting to postgres://ada:⟦hunter2⟧@db:5432/shop",
    "redis://:⟦hunter2⟧@cache:6379/0",
    "postgres://u:⟦pa/ss⟧@h",
    "mysql://root:⟦p#a/s?s@w⟧@db/shop and more",
    "amqp://ada:⟦12/34⟧@mq:5672/",
    "dsn https://⟦0123456789abcdef0123456789abcdef⟧@o1.example.com/7",
    "amqp://ada:⟦p@ss⟧@mq/ and http://x:⟦y⟧@z/",
    # Keys
    "-----BEGIN RSA PRIVATE KEY-----⟦MIIEpAIBAAKCAQEA⟧-----END RSA PRIVATE KEY-----",
    "⟦MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7MaU7QeZ3y1Xa8kEd⟧",
    # Cards
    "paid with ⟦4111 1111 1111 1111⟧ today",
    "card=⟦5555555555554444⟧",
    "amex ⟦378282246310005⟧.",
    '"pan":"⟦6011-1111-1111-1117⟧"',
    # Colours do not protect
    "\x1b[31mpassword\x1b[0m=⟦hunter2⟧ \x1b[1mbold\x1b[0m",
]

KEPT = [
    "",
    "GET /api/users 200",
    "the password was wrong",
    "token: expired",
    "Unexpected token: punc in line",
    "basic authentication failed, bearer authentication too",
    "max_tokens=100 tokens: 12",
    "secret: none",
    "PWD=/app",
    "pwd: /root",
    "https://example.com:8080/a@b",
    "ssh://deploy@box and https://ada@example.com/",
    "sacred=yes author=ada pass: the second of three",
    "mail to ada@example.com: hello",
    "at 2024-01-01T10:00:00.123456789Z in 1704103200123456789 ns",
    "id 4111111111111112 fails the check",
    "took 0.4111111111111111 s",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "password=••• is hidden already",
    '{"user":"ada","password":null,"token":null}',
    "password=None token=None remember=true",
    "cookie: none",
    "Cookie banner shown, cookies: 12, cookie policy: strict",
    "cookie=enabled",
    "<password></password>",
    "mysql -uroot -p shop",
    "curl -u https://example.com",
    "docker run -p 8080:80 nginx",
    "ghp_short and glpat-short and xoxb-1 are none",
    "signature=valid sig=ok",
    "https://hooks.slack.com/ is up",
    "session id: 42",
    "AKIA is how they begin",
    "eyJ alone, or eyJhbGciOi without more",
    "at 12345678:30 the job ended",
    "\x1b[31mred\x1b[0m and nothing else",
    "-----BEGIN CERTIFICATE-----",
    "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855E3B0C4429",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855e3b0c44298fc",
    "AbstractSingletonProxyFactoryBeanConfigurationInitializerAwareListenerX",
    "theQuickBrownFoxJumpsOverTheLazyDogAndThenTheQuickBrownFoxRestsForATim",
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ stands in 70 columns of text",
]

PRIVATE_KEY = """\
writing the key
-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACBabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRST
hello from another thread
AAAAC3Nz
-----END OPENSSH PRIVATE KEY-----
AAAAC3Nz stays"""
KEY_HIDDEN = """\
writing the key
-----BEGIN OPENSSH PRIVATE KEY-----
•••
•••
hello from another thread
•••
-----END OPENSSH PRIVATE KEY-----
AAAAC3Nz stays"""
