"""The current ClickHouse behind as much of its HTTP interface as the collector speaks.

No package of a registry holds a current server; `chdb-core` holds its engine, which
runs inside of this process. What a server does beside the engine is done here: users,
settings of one request, statements and rows in bodies, errors with a status, or at the
end of an answer that has begun.

    python current.py --config-file=config.xml

Of a server's configuration it reads the port, where to keep data and the log of errors,
and of `users.xml` the password and the settings of `default`. The engine has a file of its
own beside them: tests look for bytes in its files, so no values are compressed there, and
what was replaced goes at once, as in the tests' configuration of the oldest server.
"""

import errno
import hmac
import re
import secrets
import sys
import xml.etree.ElementTree as xml
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from chdb import _chdb

# Parameters that are no settings.
OWN = {"database", "query", "query_id", "default_format"}
ENGINE = """<clickhouse><merge_tree>
  <old_parts_lifetime>1</old_parts_lifetime>
  <cleanup_delay_period>1</cleanup_delay_period>
  <max_cleanup_delay_period>1</max_cleanup_delay_period>
  <cleanup_delay_period_random_add>0</cleanup_delay_period_random_add>
  <default_compression_codec>NONE</default_compression_codec>
  <primary_key_compression_codec>NONE</primary_key_compression_codec>
</merge_tree></clickhouse>
"""
INSERT = re.compile(r"\s*INSERT\s+INTO\s.*?\sFORMAT\s+(\w+)\s*\Z", re.IGNORECASE | re.DOTALL)
SELECT = re.compile(r"(.*)\sFORMAT\s+(\w+)\s*\Z", re.IGNORECASE | re.DOTALL)
CODE = re.compile(r"Code: (\d+)\. ")
# As Server.cpp and HTTPHandler.cpp have them; 500 for all others.
STATUSES = {516: 403, 192: 403, 193: 403, 497: 403, 60: 404, 81: 404, 115: 404, 62: 400, 47: 400, 241: 500}


class Failed(Exception):
    """What the engine said, as a server says it."""

    def __init__(self, error):
        said = str(error)
        # The binding puts words of its own before.
        at = said.find("Code: ")
        self.said = said[at:] if at > 0 else said
        found = CODE.match(self.said)
        self.code = int(found[1]) if found else 1001
        if not found:
            self.said = f"Code: 1001. DB::Exception: {self.said} (STD_EXCEPTION)"
        super().__init__(self.said)


class Connection:
    """Where one request is run: its settings end with it."""

    def __init__(self, place):
        self.place = place

    def __enter__(self):
        self.engine = _chdb.connect(self.place)
        return self

    def __exit__(self, *_):
        self.engine.close()

    def told(self, call, *arguments):
        try:
            return call(*arguments)
        except Exception as error:
            raise Failed(error) from None

    def execute(self, statement):
        result = self.told(self.engine.query, statement, "TabSeparated")
        return bytes(result.bytes() or b"") if result is not None else b""

    def insert(self, statement, form, rows):
        insert = self.told(self.engine.send_insert, statement, form)
        try:
            self.told(self.engine.insert_append, insert, rows)
        except Failed:
            self.engine.insert_cancel(insert)
            raise
        self.told(self.engine.insert_done, insert)

    def stream(self, statement, form):
        """Parts of the answer. The generator that is closed early cancels the query."""
        answer = self.told(self.engine.send_query, statement, form)
        ended = False
        try:
            while True:
                part = self.told(self.engine.streaming_fetch_result, answer)
                if part is None or part.rows_read() == 0:
                    ended = True
                    return
                yield bytes(part.bytes())
        except Failed:
            ended = True
            raise
        finally:
            if not ended:
                self.engine.streaming_cancel_query(answer)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        pairs = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        try:
            self.let_in()
            with Connection(self.server.place) as connection:
                self.run(connection, pairs, body)
        except Failed as failed:
            self.answer(STATUSES.get(failed.code, 500), f"{failed.said}\n".encode(), failed.code)

    def let_in(self):
        user = self.headers["X-ClickHouse-User"] or "default"
        given = (self.headers["X-ClickHouse-Key"] or "").encode("latin-1")
        if user != "default" or not hmac.compare_digest(given, self.server.password):
            raise Failed(
                f"Code: 516. DB::Exception: {user}: Authentication failed: password is incorrect, "
                "or there is no user with such name. (AUTHENTICATION_FAILED)"
            )

    def run(self, connection, pairs, body):
        database = pairs.get("database") or "default"
        connection.execute(f"USE `{database}`")
        given = {name: value for name, value in pairs.items() if name not in OWN}
        for name, value in (self.server.settings | given).items():
            connection.execute(f"SET {name} = {literal(value)}")
        statement = pairs.get("query", "")
        insert = INSERT.match(statement)
        if insert:
            before = statement[: insert.start(1)].rstrip()
            connection.insert(before[: -len("FORMAT")].rstrip(), insert[1], body)
            return self.answer(200, b"")
        try:
            statement += body.decode()
        except UnicodeDecodeError:
            raise Failed("Code: 62. DB::Exception: Syntax error. (SYNTAX_ERROR)") from None
        select = SELECT.match(statement)
        if select:
            return self.stream(connection.stream(select[1], select[2]))
        self.answer(200, connection.execute(statement))

    def answer(self, status, body, code=None):
        self.send_response(status)
        if code is not None:
            self.send_header("X-ClickHouse-Exception-Code", str(code))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stream(self, parts):
        """The first part decides on the status; what fails later is told in the answer."""
        first = next(parts, b"")
        tag = secrets.token_hex(8)
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("X-ClickHouse-Exception-Tag", tag)
        self.end_headers()
        try:
            self.chunk(first)
            for part in parts:
                self.chunk(part)
        except Failed as failed:
            said = f"{failed.said}\n"
            size = len(said.encode())
            self.chunk(f"\r\n__exception__\r\n{tag}\r\n{said}{size} {tag}\r\n__exception__\r\n".encode())
            # A server leaves out the end, so that every client sees that there is none.
            self.close_connection = True
            return
        except OSError:
            # Whoever asked has gone.
            self.close_connection = True
            return
        finally:
            parts.close()
        self.wfile.write(b"0\r\n\r\n")

    def chunk(self, part):
        if part:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def literal(value):
    if re.fullmatch(r"-?\d+", value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def main():
    config = Path(sys.argv[1].removeprefix("--config-file="))
    told = xml.parse(config).getroot()
    users = xml.parse(config.with_name(told.findtext("users_config"))).getroot()
    try:
        server = Server((told.findtext("listen_host"), int(told.findtext("http_port"))), Handler)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            Path(told.findtext("logger/errorlog")).write_text("Address already in use")
        raise
    engine = config.with_name("engine.xml")
    engine.write_text(ENGINE)
    server.place = f"{told.findtext('path')}?config-file={engine}"
    server.password = users.findtext("users/default/password").encode()
    server.settings = {setting.tag: setting.text for setting in users.find("profiles/default")}
    # The engine ends with its last connection.
    with Connection(server.place):
        server.serve_forever()


main()
