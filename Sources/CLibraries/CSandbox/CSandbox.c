#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CSandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static int set_up(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes, int input, int output) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int status = posix_spawnattr_setsigmask(attributes, &none);
    if (!status) status = posix_spawnattr_setsigdefault(attributes, &all);
    if (!status) status = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (!status) status = posix_spawn_file_actions_adddup2(actions, input, STDIN_FILENO);
    if (!status)
        status = output < 0 ? posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
                            : posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
    if (!status) status = posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (!status) status = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
    return status;
}

// The first two descriptors of the child may be the other of the parent's two: then dup2 in turn would lose one.
static int spawn(const char *program, char *const *arguments, char *const *environment, int input, int output,
                 pid_t *process) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    if (output == STDIN_FILENO) return EBADF;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    int status = set_up(&actions, &attributes, input, output);
    if (!status) status = posix_spawn(process, program, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return status;
}

int tarn_sandbox_run(const char *program, char *const *arguments, int input, int output, uint64_t memory,
                     uint64_t seconds, pid_t *process) {
    char *const environment[] = {NULL};
    int status = spawn(program, arguments, environment, input, output, process);
    if (status) return status;
    // The program has begun to load its libraries; its input it reads after that.
    const struct rlimit space = {(rlim_t)memory, (rlim_t)memory}, time = {(rlim_t)seconds, (rlim_t)seconds}, none = {0, 0};
    prlimit(*process, RLIMIT_AS, &space, NULL);
    prlimit(*process, RLIMIT_CPU, &time, NULL);
    prlimit(*process, RLIMIT_CORE, &none, NULL);
    prlimit(*process, RLIMIT_FSIZE, &none, NULL);
    return 0;
}

int tarn_sandbox_memory_file(void) { return memfd_create("video", MFD_CLOEXEC); }

int tarn_sandbox_spawn(const char *argument, int socket, pid_t *process) {
    // Where the dynamic linker was told to look, it has to look again.
    char *path = NULL;
    const char *libraries = getenv("LD_LIBRARY_PATH");
    if (libraries && asprintf(&path, "LD_LIBRARY_PATH=%s", libraries) < 0) return ENOMEM;
    char *const arguments[] = {"tarn", (char *)argument, NULL};
    char *const environment[] = {path, NULL};
    // The link leads to this program even where a newer one was put in its place.
    int status = spawn("/proc/self/exe", arguments, environment, socket, -1, process);
    free(path);
    return status;
}

#if defined(__x86_64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define ALLOW(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))

void tarn_sandbox_confine(void) {
    // No core file: it would hold a patient's image.
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return;
#ifdef THIS_ARCHITECTURE
    struct sock_filter filter[] = {
        LOAD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        LOAD(nr),
        ALLOW(read), ALLOW(write), ALLOW(recvfrom), ALLOW(sendto), ALLOW(ppoll),
#ifdef SYS_poll
        ALLOW(poll),
#endif
        ALLOW(brk), ALLOW(mmap), ALLOW(munmap), ALLOW(mremap), ALLOW(mprotect), ALLOW(madvise),
        ALLOW(futex), ALLOW(sched_yield), ALLOW(clock_gettime), ALLOW(getrusage), ALLOW(getrandom),
        ALLOW(rt_sigreturn), ALLOW(rt_sigprocmask), ALLOW(restart_syscall), ALLOW(exit), ALLOW(exit_group),
        // Threads: clone with CLONE_THREAD (the flags are its first argument), clone3 not, which says less.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        ALLOW(set_robust_list), ALLOW(rseq), ALLOW(gettid), ALLOW(getpid),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4),
        LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        // Signals to itself, so that abort ends it at once.
        ALLOW(rt_sigaction),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 4),
        LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)getpid(), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        // Limits of this process alone, which are named 0.
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prlimit64, 0, 3),
        LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    };
    const struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
#endif
}

static void set_soft(int resource, rlim_t value) {
    struct rlimit limits;
    if (getrlimit(resource, &limits) != 0) return;
    limits.rlim_cur = value < limits.rlim_max ? value : limits.rlim_max;
    setrlimit(resource, &limits);
}

void tarn_sandbox_limit(uint64_t memory, uint64_t seconds) {
    struct rusage usage;
    set_soft(RLIMIT_AS, (rlim_t)memory);
    if (getrusage(RUSAGE_SELF, &usage) != 0) return;
    set_soft(RLIMIT_CPU, (rlim_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + 1) + (rlim_t)seconds);
}
