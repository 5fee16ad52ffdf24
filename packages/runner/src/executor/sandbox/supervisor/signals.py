"""Numbers of signals, the same on x86-64 and ARM 64. The module `signal` takes longer to load than all of ours."""

SIGINT, SIGKILL, SIGPIPE, SIGTERM, SIGCHLD, SIGXFSZ = 2, 9, 13, 15, 17, 25

# A program that a signal ends has this and the signal's number as its exit code.
SIGNALLED = 128
