#pragma once
#include <postgresql/libpq-fe.h>
#include <spawn.h>

// What the private server needs of glibc and Swift's Glibc module leaves out (declared there only for _GNU_SOURCE).
int pipe2(int descriptors[2], int flags);
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *, const char *path);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int from);
int syncfs(int descriptor);
