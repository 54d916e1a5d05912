"""What programs write that belongs together: each text is one group, from its first line to its last."""

GROUPS: dict[str, str] = {
    "python": """\
Traceback (most recent call last):
  File "/app/main.py", line 12, in <module>
    main()
    ~~~~^^
  File "/app/main.py", line 8, in main
    raise ValueError("boom")
ValueError: boom""",
    "python chained": """\
ERROR:root:cannot save
Traceback (most recent call last):
  File "/app/store.py", line 3, in load
    return cache[key]
KeyError: 'a'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/main.py", line 8, in main
    load()
app.errors.NotFound: no a

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/app/main.py", line 9, in main
    raise Bad
app.Bad""",
    "python group": """\
  + Exception Group Traceback (most recent call last):
  |   File "/app/main.py", line 1, in <module>
  | ExceptionGroup: two (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: a
    +------------------------------------""",
    "java": """\
Exception in thread "main" java.lang.IllegalStateException: cannot start
	at com.example.App.start(App.java:42)
	at com.example.App.main(App.java:12)
	Suppressed: java.io.IOException: close
		at com.example.Pool.close(Pool.java:9)
Caused by: java.sql.SQLException: refused
	at com.example.Db.open(Db.java:77)
	... 2 more
Caused by: java.net.ConnectException: Connection refused
	at java.base/sun.nio.ch.Net.pollConnect(Native Method)
	... 4 more""",
    "java below a message": """\
2024-01-01 10:00:00,123 ERROR [main] com.example.App - request failed
java.lang.NullPointerException: Cannot invoke "String.length()" because "s" is null
	at com.example.App.handle(App.java:20)""",
    "go": """\
panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.(*Server).handle(0xc000010000, {0x4b2a40, 0x1})
	/app/server.go:33 +0x1d
main.main()
	/app/main.go:10 +0x25
exit status 2""",
    "go deadlock": """\
fatal error: all goroutines are asleep - deadlock!

goroutine 1 [chan receive]:
main.main()
	/app/main.go:5 +0x25

goroutine 18 gp=0xc000102380 m=nil [select, 2 minutes]:
net/http.(*persistConn).writeLoop(0xc0001b4000)
	/usr/local/go/src/net/http/transport.go:2421 +0xe5
created by net/http.(*Transport).dialConn in goroutine 17
	/usr/local/go/src/net/http/transport.go:1777 +0x174f""",
    "go serving": """\
2024/01/01 10:00:00 http: panic serving 10.0.0.1:5000: boom
goroutine 35 [running]:
net/http.(*conn).serve.func1()
	/usr/local/go/src/net/http/server.go:1868 +0xb0
panic({0x1026e1a40?, 0x102735cd0?})
	/usr/local/go/src/runtime/panic.go:920 +0x26c""",
    "node": """\
/app/server.js:12
throw new Error("boom");
^

Error: boom
    at Object.<anonymous> (/app/server.js:12:7)
    at Module._compile (node:internal/modules/cjs/loader:1376:14) {
  code: 'EBOOM',
  [cause]: TypeError: x
      at f (/app/x.js:1:1)
}

Node.js v20.11.0""",
    "node internal": """\
node:internal/process/promises:288
            triggerUncaughtException(err, true /* fromPromise */);
            ^

TypeError: fetch failed
    at node:internal/deps/undici/undici:12345:11""",
    "node alone": """\
TypeError: Cannot read properties of undefined (reading 'id')
    at handler (/app/routes.js:5:10)
    at processTicksAndRejections (node:internal/process/task_queues:95:5)""",
    "ruby": """\
/app/lib/store.rb:5:in `load': boom (RuntimeError)
	from /app/lib/store.rb:9:in `each'
	from /app/main.rb:3:in `<main>'""",
    "ruby on rails": """\
ActiveRecord::RecordNotFound (Couldn't find User with 'id'=1):

app/controllers/users_controller.rb:12:in `show'
lib/middleware/tenant.rb:8:in 'Tenant#call'""",
    "dotnet": """\
Unhandled exception. System.InvalidOperationException: boom
 ---> System.IO.IOException: disk
   at App.Store.Load() in /src/Store.cs:line 8
   --- End of inner exception stack trace ---
   at App.Program.Main(String[] args) in /src/Program.cs:line 12
--- End of stack trace from previous location ---
   at App.Program.<Main>(String[] args)""",
    "dotnet console": """\
fail: Microsoft.AspNetCore.Server.Kestrel[13]
      Connection id "0HN", Request id "0HN:1": An unhandled exception was thrown by the application.
      System.InvalidOperationException: boom
         at App.Program.Handle() in /src/Program.cs:line 12""",
    "php": """\
PHP Fatal error:  Uncaught Exception: boom in /app/index.php:3
Stack trace:
#0 /app/index.php(9): load()
#1 {main}

Next RuntimeException: worse in /app/index.php:5
Stack trace:
#0 {main}
  thrown in /app/index.php on line 3""",
    "laravel": """\
[2024-01-01 10:00:00] production.ERROR: boom {"exception":"[object] (Exception(code: 0): boom at /app/x.php:5)
[stacktrace]
#0 /app/vendor/laravel/framework/src/Pipeline.php(128): handle()
#1 {main}
"}""",
    "rust": """\
thread 'main' panicked at src/main.rs:5:5:
the thing is broken
stack backtrace:
   0: rust_begin_unwind
             at /rustc/abc/library/std/src/panicking.rs:645:5
   1: app::main
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.""",
    "elixir": """\
10:00:00.123 [error] GenServer #PID<0.123.0> terminating
    (app 0.1.0) lib/app.ex:5: App.handle_call/3
    (stdlib 5.0) gen_server.erl:1113: :gen_server.try_handle_call/4""",
    "pretty json": """\
{
  "level": "info",
  "tags": [
    "a"
  ]
}""",
    "indented": """\
Configuration:
  port: 80
	workers: 4""",
    "coloured": """\
\x1b[31mERROR\x1b[0m failed
\x1b[90m    at handler (/app/x.js:1:1)\x1b[39m""",
}

ALONE = [
    "2024-01-01 10:00:00 INFO started",
    'INFO:     127.0.0.1:5000 - "GET / HTTP/1.1" 200 OK',
    '10.0.0.1 - - [01/Jan/2024:10:00:00 +0000] "GET / HTTP/1.1" 200 612',
    '{"level":"info","msg":"up"}',
    "I0102 15:04:05.123456       1 controller.go:114] Starting",
    " INFO app: tracing without a time begins with a space",
    "  2024-01-01 10:00:00 an indented date",
    "Error handling is on",
    "note: nothing panicked",
    "#0 alone",
    "Caused by: nobody",
    "--- End of nothing",
    "}",
    "main.main()",
    "",
]
