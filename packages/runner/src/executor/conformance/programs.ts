/** Python that the programs of the tests share. */

/** Writes its text to a file of the workspace, whole, so that a watcher never sees half of it. */
export const TELL: string = `
import os
def tell(name, text):
    with open(name + ".new", "w") as file:
        file.write(text)
    os.rename(name + ".new", name)
`;

/** Prints what came of an attempt: "refused" and the error, or "possible". */
export const TRY: string = `
import errno, os, socket
def attempt(name, action):
    try:
        action()
        print(name, "possible")
    except OSError as error:
        print(name, "refused", errno.errorcode.get(error.errno, error.errno))
def connect(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(5)
        s.connect(address)
`;

/** A program that runs until it is ended. */
export const FOR_EVER: string = `${TELL}
import signal
tell("ready", str(os.getpid()))
signal.pause()
`;
