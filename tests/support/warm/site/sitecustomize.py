"""Has relays start their owner by the nursery: it is the interpreter that they know of."""

import os
import sys

if (launcher := os.environ.get("PEON_TEST_NURSERY")) and "--standalone" not in sys.argv:
    sys.executable = launcher
