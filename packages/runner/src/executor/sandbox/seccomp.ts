/**
 * A seccomp filter as classic BPF, made here so that no native helper is needed. It refuses the system calls that no
 * analysis needs and that kernel exploits like; the rest of the isolation holds without it.
 */

/** Numbers of one architecture's system calls. Where a call does not exist there, it is left out. */
interface Architecture {
  /** AUDIT_ARCH_* of linux/audit.h. */
  readonly audit: number;
  readonly refused: readonly number[];
  readonly clone: number;
  readonly socket: readonly number[];
  readonly ioctl: number;
  /** From this number on lie the calls of a second, unwanted ABI (x32). */
  readonly foreignFrom: number | null;
}

/** Since Linux 5.1 new calls have one number on all architectures. */
const CLONE3 = 435;
const REFUSED_EVERYWHERE = [
  425,
  426,
  427, // io_uring_setup, io_uring_enter, io_uring_register
  428,
  429,
  430,
  431,
  432,
  433,
  442, // open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr
  438,
  440,
  443, // pidfd_getfd, process_madvise, quotactl_fd
];

// In both tables, in this order: ptrace process_vm_readv process_vm_writev kcmp | mount umount2 pivot_root chroot unshare
// setns | keyctl add_key request_key | perf_event_open bpf userfaultfd | kexec_load kexec_file_load init_module
// finit_module delete_module reboot swapon swapoff acct | settimeofday clock_settime clock_adjtime | open_by_handle_at
// quotactl syslog lookup_dcookie fanotify_init | move_pages migrate_pages vhangup sethostname setdomainname; x64 also
// iopl ioperm modify_ldt uselib.
const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  x64: {
    audit: 0xc000003e,
    refused: [
      101, 310, 311, 312, 165, 166, 155, 161, 272, 308, 250, 248, 249, 298, 321, 323, 246, 320, 175,
      313, 176, 169, 167, 168, 163, 164, 227, 305, 304, 179, 103, 212, 300, 279, 256, 153, 170, 171,
      172, 173, 154, 134,
    ],
    clone: 56,
    socket: [41, 53],
    ioctl: 16,
    foreignFrom: 0x40000000,
  },
  arm64: {
    audit: 0xc00000b7,
    refused: [
      117, 270, 271, 272, 40, 39, 41, 51, 97, 268, 219, 217, 218, 241, 280, 282, 104, 294, 105, 273,
      106, 142, 224, 225, 89, 170, 112, 266, 265, 60, 116, 18, 262, 239, 238, 58, 161, 162,
    ],
    clone: 220,
    socket: [198, 199],
    ioctl: 29,
    foreignFrom: null,
  },
};

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET of linux/sched.h. */
const NEW_NAMESPACES = 0x7e020000;
/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. Not AF_VSOCK above all: network namespaces do not contain it. */
const FAMILIES = [1, 2, 10, 16];
/** TIOCSTI and TIOCLINUX type into the terminal of whoever started us. */
const TERMINAL_INJECTION = [0x5412, 0x541c];

const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_AT_LEAST = 0x35;
const JUMP_ANY_BIT = 0x45;
const RETURN = 0x06;

const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const refuse = (errno: number): number => 0x00050000 | errno;

/** Offsets in struct seccomp_data; of arguments the low 32 bits, little-endian. */
const NUMBER = 0;
const AUDIT = 4;
const argument = (index: number): number => 16 + 8 * index;

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number];

const load = (offset: number): Instruction => [LOAD, 0, 0, offset];
const give = (verdict: number): Instruction => [RETURN, 0, 0, verdict];

/** Runs `body`, which must end in a verdict, when the loaded value passes the test. */
function when(test: number, value: number, body: readonly Instruction[]): readonly Instruction[] {
  return [[test, 0, body.length, value], ...body];
}

/**
 * The filter for `bwrap --seccomp`, an array of struct sock_filter.
 *
 * @param architecture as `process.arch` names it.
 * @returns null for an architecture whose numbers are not known here.
 */
export function seccompFilter(architecture: string): Uint8Array | null {
  const numbers = ARCHITECTURES[architecture];
  if (numbers === undefined) return null;
  const { audit, refused, clone, socket, ioctl, foreignFrom } = numbers;
  return assemble([
    load(AUDIT),
    [JUMP_EQUAL, 1, 0, audit],
    give(KILL_PROCESS),
    load(NUMBER),
    ...(foreignFrom === null ? [] : when(JUMP_AT_LEAST, foreignFrom, [give(refuse(ENOSYS))])),
    ...[...refused, ...REFUSED_EVERYWHERE].flatMap((number) =>
      when(JUMP_EQUAL, number, [give(refuse(EPERM))]),
    ),
    // Its flags lie in memory, where no filter can read them; "no such call" makes the C library use clone.
    ...when(JUMP_EQUAL, CLONE3, [give(refuse(ENOSYS))]),
    ...when(JUMP_EQUAL, clone, [
      load(argument(0)),
      ...when(JUMP_ANY_BIT, NEW_NAMESPACES, [give(refuse(EPERM))]),
      give(ALLOW),
    ]),
    ...socket.flatMap((number) =>
      when(JUMP_EQUAL, number, [
        load(argument(0)),
        ...FAMILIES.flatMap((family) => when(JUMP_EQUAL, family, [give(ALLOW)])),
        give(refuse(EAFNOSUPPORT)),
      ]),
    ),
    ...when(JUMP_EQUAL, ioctl, [
      load(argument(1)),
      ...TERMINAL_INJECTION.flatMap((request) => when(JUMP_EQUAL, request, [give(refuse(EPERM))])),
      give(ALLOW),
    ]),
    give(ALLOW),
  ]);
}

function assemble(program: readonly Instruction[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(program.length * 8));
  program.forEach(([code, ifTrue, ifFalse, value], index) => {
    bytes.setUint16(index * 8, code, true);
    bytes.setUint8(index * 8 + 2, ifTrue);
    bytes.setUint8(index * 8 + 3, ifFalse);
    bytes.setUint32(index * 8 + 4, value, true);
  });
  return new Uint8Array(bytes.buffer);
}
