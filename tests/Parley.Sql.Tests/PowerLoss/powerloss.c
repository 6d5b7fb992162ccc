/*
 * A disk that can lose power. Loaded with LD_PRELOAD; what is written to a file below POWERLOSS_FOLDER is kept apart until it is synced:
 * - A sync of a file puts its bytes into a file of POWERLOSS_FILES (one for each inode).
 * - A sync of the folder gives POWERLOSS_DISK the names that the folder has then, as links to those: a file that was made, removed or renamed since is
 *   not made, removed or renamed there.
 * So POWERLOSS_DISK is at each moment what a disk would still have, by what POSIX promises and no more. The sync of the real file is left out.
 * Subfolders, files open for writing alone, and writes by mmap are not followed.
 */
#define _GNU_SOURCE
#include <dirent.h>
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

#define MOST_FILES 256

struct file {
    dev_t device;
    ino_t inode;
    off_t first, end; /* what was written since the last sync */
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

/* Inside the lock: the file of an inode, at its number in POWERLOSS_FILES. */
static struct file *file_of(const struct stat *status)
{
    for (int i = 0; i < file_count; i++)
        if (files[i].device == status->st_dev && files[i].inode == status->st_ino)
            return &files[i];
    if (file_count == MOST_FILES)
        abort();
    struct file *file = &files[file_count++];
    *file = (struct file){ .device = status->st_dev, .inode = status->st_ino };
    return file;
}

static int open_kept(const struct file *file, char *path, size_t size)
{
    snprintf(path, size, "%s/%d", getenv("POWERLOSS_FILES"), (int)(file - files));
    int kept = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (kept < 0)
        abort();
    return kept;
}

/* What is behind the folder in a path: "" of the folder itself; null: it is elsewhere, or deeper. */
static const char *name_of(const char *path)
{
    const char *folder = getenv("POWERLOSS_FOLDER");
    size_t prefix = folder ? strlen(folder) : 0;
    if (!folder || strncmp(path, folder, prefix))
        return NULL;
    if (!path[prefix])
        return path + prefix;
    return path[prefix] == '/' && !strchr(path + prefix + 1, '/') ? path + prefix + 1 : NULL;
}

/* As name_of: of a descriptor. */
static int is_of_folder(int fd, struct stat *status)
{
    char link[64], path[512];
    if (!getenv("POWERLOSS_FOLDER") || fstat(fd, status) || !(S_ISREG(status->st_mode) || S_ISDIR(status->st_mode)))
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    const char *name = name_of(path);
    /* Without a name it is open and removed. */
    return name && status->st_nlink > 0 && !*name == !!S_ISDIR(status->st_mode);
}

/* Inside the lock. Null: not a file of the folder. */
static struct file *find(int fd)
{
    struct stat status;
    return is_of_folder(fd, &status) && S_ISREG(status.st_mode) ? file_of(&status) : NULL;
}

/* Inside the lock: the inode of a name that goes is free for another file. */
static void forget(const char *path)
{
    struct stat status;
    if (!name_of(path) || lstat(path, &status) || !S_ISREG(status.st_mode))
        return;
    struct file *file = file_of(&status);
    file->device = 0;
    file->inode = 0;
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

static void sync_file(int fd, struct file *file, off_t length)
{
    char path[768], buffer[65536];
    ssize_t (*pwrite_)(int, const void *, size_t, off_t) = real("pwrite");
    int (*ftruncate_)(int, off_t) = real("ftruncate");
    int to = open_kept(file, path, sizeof path);
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
    if (ftruncate_(to, length))
        abort();
    file->first = file->end = 0;
    close(to);
}

static void sync_names(void)
{
    const char *folder = getenv("POWERLOSS_FOLDER"), *disk = getenv("POWERLOSS_DISK");
    char from[768], to[768], fresh[768];
    struct stat status;
    int (*unlink_)(const char *) = real("unlink");
    int (*rename_)(const char *, const char *) = real("rename");
    DIR *names = opendir(folder);
    if (!names)
        abort();
    for (struct dirent *entry; (entry = readdir(names));) {
        snprintf(from, sizeof from, "%s/%s", folder, entry->d_name);
        if (lstat(from, &status) || !S_ISREG(status.st_mode))
            continue;
        struct file *file = file_of(&status);
        close(open_kept(file, from, sizeof from));
        snprintf(to, sizeof to, "%s/%s", disk, entry->d_name);
        snprintf(fresh, sizeof fresh, "%s/fresh", getenv("POWERLOSS_FILES"));
        /* In one step, for the process may be stopped here. Of two links to one file a rename takes none away. */
        unlink_(fresh);
        if (link(from, fresh) || rename_(fresh, to))
            abort();
    }
    closedir(names);
    names = opendir(disk);
    if (!names)
        abort();
    for (struct dirent *entry; (entry = readdir(names));) {
        snprintf(from, sizeof from, "%s/%s", folder, entry->d_name);
        snprintf(to, sizeof to, "%s/%s", disk, entry->d_name);
        if (entry->d_name[0] != '.' && lstat(from, &status) && unlink_(to))
            abort();
    }
    closedir(names);
}

static int synced(int fd)
{
    struct stat status;
    pthread_mutex_lock(&lock);
    int is_ours = is_of_folder(fd, &status);
    if (is_ours && S_ISDIR(status.st_mode))
        sync_names();
    else if (is_ours)
        sync_file(fd, file_of(&status), status.st_size);
    pthread_mutex_unlock(&lock);
    return is_ours;
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

/* What is cut off and made longer again is zero. */
#define TRUNCATE(name)                                              \
    int name(int fd, off_t length)                                  \
    {                                                               \
        static int (*next)(int, off_t);                             \
        struct stat before;                                         \
        if (!next)                                                  \
            next = real(#name);                                     \
        int is_known = !fstat(fd, &before);                         \
        int result = next(fd, length);                              \
        if (!result && is_known && before.st_size > length)         \
            written(fd, length, before.st_size - length);           \
        return result;                                              \
    }

TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)

int unlink(const char *path)
{
    static int (*next)(const char *);
    if (!next)
        next = real("unlink");
    pthread_mutex_lock(&lock);
    forget(path);
    int result = next(path);
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int rename(const char *from, const char *to)
{
    static int (*next)(const char *, const char *);
    if (!next)
        next = real("rename");
    pthread_mutex_lock(&lock);
    forget(to);
    int result = next(from, to);
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}
