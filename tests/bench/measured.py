"""`measured.py CMD…`: runs it, and prints its wall and processor time in seconds and the most
memory it had (bytes) as one JSON line on stderr's end. Its stdout is the command's."""

import json
import os
import sys
import time

began = time.monotonic()
child = os.spawnvp(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
_, status, used = os.wait4(child, 0)
print(
    json.dumps(
        {
            "seconds": time.monotonic() - began,
            "cpu": used.ru_utime + used.ru_stime,
            "memory": used.ru_maxrss * 1024,
        }
    ),
    file=sys.stderr,
)
sys.exit(os.waitstatus_to_exitcode(status))
