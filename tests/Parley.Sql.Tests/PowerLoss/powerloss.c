/*
 * A disk that can lose power. Loaded with LD_PRELOAD; what is written to a file below POWERLOSS_FOLDER gets into the file of the same name below
 * POWERLOSS_DISK when it is synced, and not before: so that folder is at each moment what a disk would still have. The sync of the real file is left out.
 * Subfolders, files open for writing alone, and writes by mmap are not followed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FILES 64

struct file {
    dev_t device;
    ino_t inode;
    off_t first, end; /* what was written since the last sync */
    char name[256];
};

static struct file files[MOST_FILES];
static int file_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *real(const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);
    if (!function)
        abort();
    return function;
}

/* Inside the lock. Null: not a file of the folder. */
static struct file *find(int fd)
{
    const char *folder = getenv("POWERLOSS_FOLDER");
    struct stat status;
    char link[64], path[512];
    if (!folder || fstat(fd, &status) || !S_ISREG(status.st_mode))
        return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return NULL;
    path[length] = 0;
    size_t prefix = strlen(folder);
    if (strncmp(path, folder, prefix) || path[prefix] != '/' || strchr(path + prefix + 1, '/'))
        return NULL;
    const char *name = path + prefix + 1;
    /* By both: the inode of a file that was removed is used again for the next. */
    for (int i = 0; i < file_count; i++)
        if (files[i].device == status.st_dev && files[i].inode == status.st_ino && !strcmp(files[i].name, name))
            return &files[i];
    if (file_count == MOST_FILES)
        abort();
    struct file *file = &files[file_count++];
    *file = (struct file){ .device = status.st_dev, .inode = status.st_ino };
    snprintf(file->name, sizeof file->name, "%s", name);
    return file;
}

static void written(int fd, off_t first, ssize_t length)
{
    if (length <= 0)
        return;
    int error = errno;
    pthread_mutex_lock(&lock);
    struct file *file = find(fd);
    if (file) {
        if (file->first == file->end) {
            file->first = first;
            file->end = first + length;
        } else {
            if (first < file->first)
                file->first = first;
            if (first + length > file->end)
                file->end = first + length;
        }
    }
    pthread_mutex_unlock(&lock);
    errno = error;
}

static int synced(int fd)
{
    pthread_mutex_lock(&lock);
    struct file *file = find(fd);
    if (file) {
        char path[768], buffer[65536];
        struct stat status;
        ssize_t (*pwrite_)(int, const void *, size_t, off_t) = real("pwrite");
        snprintf(path, sizeof path, "%s/%s", getenv("POWERLOSS_DISK"), file->name);
        int to = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (to < 0 || fstat(fd, &status))
            abort();
        for (off_t at = file->first; at < file->end;) {
            size_t want = file->end - at < (off_t)sizeof buffer ? (size_t)(file->end - at) : sizeof buffer;
            /* By the descriptor itself: to close another one of the file would take the process's locks off it. */
            ssize_t got = pread(fd, buffer, want, at);
            if (got < 0)
                abort();
            if (got == 0)
                break; /* cut since */
            if (pwrite_(to, buffer, (size_t)got, at) != got)
                abort();
            at += got;
        }
        int (*ftruncate_)(int, off_t) = real("ftruncate");
        if (ftruncate_(to, status.st_size))
            abort();
        file->first = file->end = 0;
        close(to);
    }
    pthread_mutex_unlock(&lock);
    return file != NULL;
}

ssize_t write(int fd, const void *data, size_t length)
{
    static ssize_t (*next)(int, const void *, size_t);
    if (!next)
        next = real("write");
    ssize_t done = next(fd, data, length);
    if (done > 0 && getenv("POWERLOSS_FOLDER")) {
        off_t end = lseek(fd, 0, SEEK_CUR);
        if (end >= done)
            written(fd, end - done, done);
    }
    return done;
}

#define POSITIONED(name, data_type, length_type)                        \
    ssize_t name(int fd, data_type data, length_type length, off_t at)  \
    {                                                                   \
        static ssize_t (*next)(int, data_type, length_type, off_t);     \
        if (!next)                                                      \
            next = real(#name);                                         \
        ssize_t done = next(fd, data, length, at);                      \
        written(fd, at, done);                                          \
        return done;                                                    \
    }

POSITIONED(pwrite, const void *, size_t)
POSITIONED(pwrite64, const void *, size_t)
POSITIONED(pwritev, const struct iovec *, int)
POSITIONED(pwritev64, const struct iovec *, int)

#define SYNC(name)                          \
    int name(int fd)                        \
    {                                       \
        static int (*next)(int);            \
        if (!next)                          \
            next = real(#name);             \
        return synced(fd) ? 0 : next(fd);   \
    }

SYNC(fsync)
SYNC(fdatasync)
