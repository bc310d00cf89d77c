#!/usr/bin/env python3
"""In the place of a supervisor: hears what sd_notify(3) sends, written from its manual alone.
Usage: notify.py SOCKET FILE

SOCKET   where it listens, for NOTIFY_SOCKET; it is there once it does
FILE     one line for each assignment of a message, as it came: "READY=1"
"""

import os
import socket
import sys

path, file = sys.argv[1:]
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear, open(file, "a", buffering=1) as heard:
    ear.bind(path + ".new")
    os.rename(path + ".new", path)
    while True:
        message = ear.recv(65536).decode()
        heard.write(message.rstrip("\n") + "\n")
