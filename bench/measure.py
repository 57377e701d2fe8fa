"""Runs one program to its end and prints what it took, as JSON: `measure.py PROGRAM ARGUMENT…`.

It is a process of its own because Linux counts the memory of whoever starts a program as the program's own, up to
the moment it begins: started with `-I -S` this one has some 10 MB, less than anything that is measured here.
"""

import os
import sys
import time


def main() -> None:
    """Measures; the status is that of the program."""
    program = sys.argv[1:]
    nowhere = os.open(os.devnull, os.O_RDWR)
    files = [(os.POSIX_SPAWN_DUP2, nowhere, 0), (os.POSIX_SPAWN_DUP2, nowhere, 1)]
    began = time.perf_counter()
    child = os.posix_spawn(program[0], program, os.environ, file_actions=files)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - began
    # macOS counts bytes, Linux KiB.
    memory = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(f'{{"wall": {wall}, "cpu": {usage.ru_utime + usage.ru_stime}, "memory": {memory}}}')
    sys.exit(os.waitstatus_to_exitcode(status))


main()
