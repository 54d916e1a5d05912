"""Is this web process well? Asked of /healthz under the console's own name, as a proxy would."""

import os
import sys
import urllib.error
import urllib.request


def main() -> int:
    name = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip()
    url = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/healthz"
    request = urllib.request.Request(url, headers={"Host": name})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - the address is ours
            return 0 if answer.status == 200 else 1
    except (OSError, urllib.error.URLError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1


if __name__ == "__main__":
    sys.exit(main())
