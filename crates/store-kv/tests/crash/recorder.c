// Records what a process does to the files under a directory: preloaded into the child of a power-cut trial.
//
// HANEUL_RECORD_ROOT names the directory, HANEUL_RECORD_LOG the log. One lock is held over each operation and its
// record, so that the log has the true order. A record: op (1 byte), fd (4), offset (8), length (4), bytes.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN = 1, CREATE, TRUNCATE_OPEN, CLOSE, WRITE, SYNC, RESIZE, RENAME, UNLINK, MAKE_DIRECTORY, REMOVE_DIRECTORY, UNKNOWN };

#define FDS 65536

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;
static char root[PATH_MAX];
static char recorded[FDS];

__attribute__((constructor)) static void start(void) {
    const char *directory = getenv("HANEUL_RECORD_ROOT"), *log = getenv("HANEUL_RECORD_LOG");
    if (!directory || !log) return;
    snprintf(root, sizeof root, "%s/", directory);
    int fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    log_fd = fd;
}

static void record(uint8_t op, int32_t fd, int64_t offset, const void *bytes, uint32_t length) {
    uint8_t head[17];
    memcpy(head, &op, 1);
    memcpy(head + 1, &fd, 4);
    memcpy(head + 5, &offset, 8);
    memcpy(head + 13, &length, 4);
    struct iovec parts[2] = {{head, sizeof head}, {(void *)bytes, length}};
    if (syscall(SYS_writev, log_fd, parts, 2) != (long)(sizeof head + length)) abort();
}

// The path from the root on (empty for the root itself), or null. `out` holds PATH_MAX.
static const char *under_root(int directory, const char *path, char *out) {
    if (log_fd < 0 || !path) return NULL;
    if (path[0] == '/') {
        snprintf(out, PATH_MAX, "%s", path);
    } else {
        char link[64], base[PATH_MAX];
        if (directory == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
        else snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
        long n = syscall(SYS_readlinkat, AT_FDCWD, link, base, sizeof base - 1);
        if (n < 0) return NULL;
        base[n] = 0;
        if (snprintf(out, PATH_MAX, "%s/%s", base, path) >= PATH_MAX) return NULL;
    }
    size_t length = strlen(root);
    if (strlen(out) == length - 1 && strncmp(out, root, length - 1) == 0) return out + length - 1;
    return strncmp(out, root, length) == 0 ? out + length : NULL;
}

static int is_recorded(int fd) { return log_fd >= 0 && fd >= 0 && fd < FDS && recorded[fd]; }

static int open_recorded(int directory, const char *path, int flags, mode_t mode) {
    char full[PATH_MAX];
    const char *name = under_root(directory, path, full);
    if (!name) return syscall(SYS_openat, directory, path, flags, mode);
    pthread_mutex_lock(&lock);
    struct stat st;
    int existed = syscall(SYS_newfstatat, AT_FDCWD, full, &st, 0) == 0;
    int fd = syscall(SYS_openat, directory, path, flags, mode);
    int saved = errno;
    if (fd >= 0 && fd < FDS) {
        recorded[fd] = 1;
        if (!existed) record(CREATE, fd, 0, name, strlen(name));
        else record(flags & O_TRUNC ? TRUNCATE_OPEN : OPEN, fd, 0, name, strlen(name));
    }
    pthread_mutex_unlock(&lock);
    errno = saved;
    return fd;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); }

int open(const char *path, int flags, ...) { MODE(flags) return open_recorded(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_recorded(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int directory, const char *path, int flags, ...) { MODE(flags) return open_recorded(directory, path, flags, mode); }
int openat64(int directory, const char *path, int flags, ...) { MODE(flags) return open_recorded(directory, path, flags | O_LARGEFILE, mode); }

int close(int fd) {
    if (!is_recorded(fd)) return syscall(SYS_close, fd);
    pthread_mutex_lock(&lock);
    recorded[fd] = 0;
    record(CLOSE, fd, 0, NULL, 0);
    int outcome = syscall(SYS_close, fd), saved = errno;
    pthread_mutex_unlock(&lock);
    errno = saved;
    return outcome;
}

static off_t write_place(int fd) {
    struct stat st;
    if (syscall(SYS_fcntl, fd, F_GETFL) & O_APPEND) return syscall(SYS_fstat, fd, &st) == 0 ? st.st_size : 0;
    return syscall(SYS_lseek, fd, 0, SEEK_CUR);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    if (!is_recorded(fd)) return syscall(SYS_write, fd, bytes, length);
    pthread_mutex_lock(&lock);
    off_t at = write_place(fd);
    ssize_t written = syscall(SYS_write, fd, bytes, length);
    int saved = errno;
    if (written > 0) record(WRITE, fd, at, bytes, written);
    pthread_mutex_unlock(&lock);
    errno = saved;
    return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    if (!is_recorded(fd)) return syscall(SYS_pwrite64, fd, bytes, length, at);
    pthread_mutex_lock(&lock);
    ssize_t written = syscall(SYS_pwrite64, fd, bytes, length, at);
    int saved = errno;
    if (written > 0) record(WRITE, fd, at, bytes, written);
    pthread_mutex_unlock(&lock);
    errno = saved;
    return written;
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return pwrite64(fd, bytes, length, at); }

static void record_parts(int fd, const struct iovec *parts, int count, off_t at, ssize_t written) {
    for (int i = 0; i < count && written > 0; i++) {
        size_t part = parts[i].iov_len < (size_t)written ? parts[i].iov_len : (size_t)written;
        if (part) record(WRITE, fd, at, parts[i].iov_base, part);
        at += part;
        written -= part;
    }
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (!is_recorded(fd)) return syscall(SYS_writev, fd, parts, count);
    pthread_mutex_lock(&lock);
    off_t at = write_place(fd);
    ssize_t written = syscall(SYS_writev, fd, parts, count);
    int saved = errno;
    record_parts(fd, parts, count, at, written);
    pthread_mutex_unlock(&lock);
    errno = saved;
    return written;
}

static int sync_recorded(long number, int fd) {
    if (!is_recorded(fd)) return syscall(number, fd);
    // Nothing is really synced: the machine goes on, and the trial is faster.
    pthread_mutex_lock(&lock);
    record(SYNC, fd, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return 0;
}
int fsync(int fd) { return sync_recorded(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_recorded(SYS_fdatasync, fd); }

int ftruncate64(int fd, off64_t length) {
    if (!is_recorded(fd)) return syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&lock);
    int outcome = syscall(SYS_ftruncate, fd, length), saved = errno;
    if (outcome == 0) record(RESIZE, fd, length, NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = saved;
    return outcome;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int rename_recorded(int from_directory, const char *from, int to_directory, const char *to, unsigned flags) {
    char from_full[PATH_MAX], to_full[PATH_MAX], names[2 * PATH_MAX];
    const char *from_name = under_root(from_directory, from, from_full), *to_name = under_root(to_directory, to, to_full);
    if (!from_name || !to_name) return syscall(SYS_renameat2, from_directory, from, to_directory, to, flags);
    pthread_mutex_lock(&lock);
    int outcome = syscall(SYS_renameat2, from_directory, from, to_directory, to, flags), saved = errno;
    if (outcome == 0) {
        int length = snprintf(names, sizeof names, "%s%c%s", from_name, 0, to_name);
        record(RENAME, -1, 0, names, length);
    }
    pthread_mutex_unlock(&lock);
    errno = saved;
    return outcome;
}
int rename(const char *from, const char *to) { return rename_recorded(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int a, const char *from, int b, const char *to) { return rename_recorded(a, from, b, to, 0); }
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) { return rename_recorded(a, from, b, to, flags); }

static int unlink_recorded(int directory, const char *path, int flags) {
    char full[PATH_MAX];
    const char *name = under_root(directory, path, full);
    if (!name) return syscall(SYS_unlinkat, directory, path, flags);
    pthread_mutex_lock(&lock);
    int outcome = syscall(SYS_unlinkat, directory, path, flags), saved = errno;
    if (outcome == 0) record(flags & AT_REMOVEDIR ? REMOVE_DIRECTORY : UNLINK, -1, 0, name, strlen(name));
    pthread_mutex_unlock(&lock);
    errno = saved;
    return outcome;
}
int unlink(const char *path) { return unlink_recorded(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlink_recorded(AT_FDCWD, path, AT_REMOVEDIR); }
int unlinkat(int directory, const char *path, int flags) { return unlink_recorded(directory, path, flags); }

static int mkdir_recorded(int directory, const char *path, mode_t mode) {
    char full[PATH_MAX];
    const char *name = under_root(directory, path, full);
    if (!name) return syscall(SYS_mkdirat, directory, path, mode);
    pthread_mutex_lock(&lock);
    int outcome = syscall(SYS_mkdirat, directory, path, mode), saved = errno;
    if (outcome == 0) record(MAKE_DIRECTORY, -1, 0, name, strlen(name));
    pthread_mutex_unlock(&lock);
    errno = saved;
    return outcome;
}
int mkdir(const char *path, mode_t mode) { return mkdir_recorded(AT_FDCWD, path, mode); }
int mkdirat(int directory, const char *path, mode_t mode) { return mkdir_recorded(directory, path, mode); }

// Ways of writing that are not followed: the trial must not pass if the store ever takes one.
static void unknown(int fd) {
    if (!is_recorded(fd)) return;
    pthread_mutex_lock(&lock);
    record(UNKNOWN, fd, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
}
ssize_t copy_file_range(int in, off64_t *in_at, int out, off64_t *out_at, size_t length, unsigned flags) {
    unknown(out);
    return syscall(SYS_copy_file_range, in, in_at, out, out_at, length, flags);
}
int fallocate64(int fd, int mode, off64_t at, off64_t length) {
    unknown(fd);
    return syscall(SYS_fallocate, fd, mode, at, length);
}
int posix_fallocate64(int fd, off64_t at, off64_t length) {
    unknown(fd);
    return syscall(SYS_fallocate, fd, 0, at, length) ? errno : 0;
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
    unknown(fd);
    return syscall(SYS_pwritev, fd, parts, count, at, 0);
}
