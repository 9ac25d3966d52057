#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A mirror on the loopback. Usage: serve.py DIRECTORY PORTFILE: serves as long as its parent lives, on the port in PORTFILE.

What a path below DIRECTORY is called decides how it is served: below .../stalls/ a file never comes to its end.
"""
import functools
import http.server
import os
import sys
import time


class Mirror(http.server.SimpleHTTPRequestHandler):
    def copyfile(self, source, output):
        if "/stalls/" not in self.path:
            return super().copyfile(source, output)
        output.write(source.read(100))
        output.flush()
        while True:
            time.sleep(3600)

    def log_message(self, *words):
        pass


def main():
    parent = os.getppid()
    handler = functools.partial(Mirror, directory=sys.argv[1])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.timeout = 1
    with open(sys.argv[2] + ".new", "w") as out:
        out.write(str(server.server_address[1]))
    os.rename(sys.argv[2] + ".new", sys.argv[2])
    while os.getppid() == parent:
        server.handle_request()


main()
