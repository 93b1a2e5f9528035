#pragma once
#include <stdint.h>
#include <sys/types.h>

// A process that has one socket and nothing else: what Swift cannot import of spawn.h, sys/prctl.h and seccomp.

// Starts this same program with `argument` as its only argument, `socket` as its standard input, no other file and no
// environment but LD_LIBRARY_PATH. Returns 0 or an errno.
int tarn_sandbox_spawn(const char *argument, int socket, pid_t *process);

// Starts `program` with `arguments` (the name first, NULL last), `input` and `output` as its standard input and output,
// no other file and no environment, and limits of memory in bytes and processor time in seconds. Returns 0 or an errno.
int tarn_sandbox_run(const char *program, char *const *arguments, int input, int output, uint64_t memory,
                     uint64_t seconds, pid_t *process);

// A file without a name, in memory; negative where there is none.
int tarn_sandbox_memory_file(void);

// Called once by the process that was started. From then on it can compute, ask for memory, and read and write its
// socket; the kernel refuses every other call with EPERM. Where the kernel knows no filters, nothing changes.
void tarn_sandbox_confine(void);

// Sets the soft limits of the address space, in bytes, and of processor time, in seconds from now.
void tarn_sandbox_limit(uint64_t memory, uint64_t seconds);
