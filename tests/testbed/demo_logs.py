"""Shell programs for the demo's containers: each logs in one of the forms that people meet."""

# Each begins with a burst, so that a log page has something to scroll, and goes on slowly. Only busybox is there.
PLAIN = r"""
i=0; while :; do i=$((i+1))
echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) 10.0.0.$((i%250)) GET /products/$((i*37%900))?page=$((i%7)) \
$((i%19?200:404)) $((i*53%4000))B"
[ $i -gt 300 ] && sleep 1; done
"""

JSON_LINES = r"""
i=0; while :; do i=$((i+1)); level=info; message="request served"
[ $((i%11)) = 0 ] && { level=warn; message="retrying the payment provider"; }
[ $((i%29)) = 0 ] && { level=error; message="order could not be booked: \\\"stock\\\" is < 0"; }
echo "{\"time\":\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\",\"level\":\"$level\",\"msg\":\"$message\",\
\"order\":$((i*7)),\"ms\":$((i*13%240)),\"trace\":{\"id\":\"4bf92f$i\"}}"
[ $i -gt 200 ] && sleep 2; done
"""

COLOURED = r"""
e=$(printf '\033'); i=0; while :; do i=$((i+1))
echo "$e[2m$(date +%H:%M:%S)$e[0m $e[32mINFO $e[0m job $e[1;36m#$i$e[0m picked from $e[4mqueue-$((i%4))$e[0m"
[ $((i%9)) = 0 ] && echo "$e[2m$(date +%H:%M:%S)$e[0m $e[30;43m WARN $e[0m $e[33mslow job: $((i%50+10)) s$e[0m" >&2
[ $((i%23)) = 0 ] && echo "$e[2m$(date +%H:%M:%S)$e[0m $e[37;41m FAIL $e[0m $e[38;5;208mjob $i gave up$e[0m \
$e[3;38;2;160;120;255mafter 3 tries$e[0m" >&2
[ $i -gt 150 ] && sleep 2; done
"""

STACK_TRACES = r"""
i=0; while :; do i=$((i+1))
echo "$(date -u '+%Y-%m-%d %H:%M:%S') INFO  [main] o.e.mail.Sender - message $i delivered"
if [ $((i%17)) = 0 ]; then
echo "$(date -u '+%Y-%m-%d %H:%M:%S') ERROR [pool-3] o.e.mail.Sender - could not deliver message $i" >&2
echo "java.net.SocketTimeoutException: connect timed out" >&2
echo "	at java.base/java.net.Socket.connect(Socket.java:633)" >&2
echo "	at org.example.mail.Smtp.open(Smtp.java:88)" >&2
echo "	at org.example.mail.Sender.deliver(Sender.java:$((i%90+10)))" >&2
echo "Caused by: java.io.IOException: broken pipe" >&2
echo "	... 14 more" >&2
fi
[ $i -gt 120 ] && sleep 2; done
"""

LOGFMT = r"""
i=0; while :; do i=$((i+1)); level=info; [ $((i%13)) = 0 ] && level=warn
echo "ts=$(date -u +%Y-%m-%dT%H:%M:%SZ) level=$level component=scraper \
target=node-$((i%6)) samples=$((i*17%900)) msg=\"scrape done\""
[ $i -gt 100 ] && sleep 3; done
"""

PYTHON_TRACES = r"""
i=0; while :; do i=$((i+1)); echo "INFO:     127.0.0.1:$((40000+i%999)) - \"GET /posts/$i HTTP/1.1\" 200 OK"
if [ $((i%21)) = 0 ]; then cat >&2 <<'END'
Traceback (most recent call last):
  File "/app/blog/views.py", line 41, in show
    post = store.get(number)
  File "/app/blog/store.py", line 17, in get
    raise KeyError(number)
KeyError: 4711 — naïve “quotes” and 日本語
END
fi; [ $i -gt 90 ] && sleep 2; done
"""

DATABASE = r"""
echo "LOG:  database system is ready to accept connections"; touch /tmp/ready; i=0
while :; do i=$((i+1)); sleep 20
echo "LOG:  checkpoint complete: wrote $((i*31%400)) buffers (0.2%); sync=0.00$((i%9)) s, total=0.$((i%99)) s"; done
"""

WEB = "touch /tmp/ready; httpd -p 80 -h /srv; " + PLAIN
CRASHING = 'echo "starting"; sleep 2; echo "fatal: cannot reach queue at amqp://queue:5672" >&2; exit 1'
LONG_LINE = r"""head -c 60000 /dev/zero | tr '\0' 'x'; echo; echo "that was one line"; while :; do sleep 3600; done"""
IDLE = "trap 'exit 0' TERM; while :; do sleep 1; done"


def ended(code: int, words: str) -> str:
    """Says something, and ends with this status."""
    return f'echo "{words}"; exit {code}'
