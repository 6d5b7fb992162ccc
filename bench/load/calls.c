// A caller and a callee in one thread, for load on a proxy: INVITE 100 180 200 ACK (pause) BYE 200, dialog-correct (route sets, remote
// targets, tags, retransmissions by RFC 3261 17 and 13.3.1.4), with setup times measured to the microsecond.
//   calls -x PROXY_PORT -c CALLER_PORT -e CALLEE_PORT -r RATE -m CALLS [-h HOLD_MS] [-t tcp] [-s USER] [-u CALLERS] [-w SECONDS] [-H]
//         [-U HOPS] [-D HOPS] [-z BYTES]
// Calls are offered on time, whatever became of earlier ones. Requests within a dialog that the proxy itself sends (pings) are answered.
// -H holds: no BYE; the confirmed calls stand, and their pings are answered, until -w seconds after the last INVITE or SIGTERM.
// -U and -D: record-routing proxies between the caller and the proxy, and between it and the callee, played by this program. The INVITE
// arrives with the Record-Routes of the first, the answers have those of the second on top. A request of the caller's reaches the proxy when
// the hops before it have taken their Routes out (RFC 3261 16.12), so the proxy's own is the top one, followed by those of the hops behind it.
// -z: every message is filled up to so many bytes with header lines and, where it has a body, half in the body; a message
// that cannot be so small has no body and is as long as it must be.
// Prints one JSON object.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { T1_US = 500000, LIMIT_US = 32000000, SLOT_US = 1000, SLOTS = 1 << 17 };
enum { IDLE, INVITED, ANSWERED, BYED, DONE, FAILED };                         // a caller's call
enum { INVITE_AGAIN, BYE_DUE, BYE_AGAIN, OK_AGAIN };                          // timers

struct call {
    int64_t invited, setup;
    uint32_t interval, ok_interval;
    uint8_t state, callee_acked, callee_invited, callee_byed;
    char *target, *routes, *to;            // of the caller's leg, from the 200
    char *ok;                              // the callee's 200, until its ACK
};
struct timer { uint32_t call, kind; int64_t due; struct timer *next; };
struct stream { int fd; size_t used; char buffer[1 << 17]; };

static struct call *calls;
static struct timer *slots[SLOTS], *spare;
static int64_t now, swept;
static uint32_t total, started, ended_well, failed, users = 1;
static uint64_t caller_retransmissions, callee_retransmissions, unexpected, pings;
static uint64_t sent_messages, sent_bytes;
static int caller_port, callee_port, tcp, hold_ms, hold_only, upstream, downstream;
static size_t filled;                                                         // -z
static char hops_before[4096], hops_behind[4096];                             // their Record-Routes
static volatile sig_atomic_t asked_to_end;
static const char *user = "9100";
static struct stream caller, callee, accepted;
static struct sockaddr_in proxy;

static int64_t clock_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static void arm(uint32_t call, uint32_t kind, int64_t due)
{
    struct timer *t = spare;
    if (t) spare = t->next; else t = malloc(sizeof *t);
    *t = (struct timer){ call, kind, due, NULL };
    struct timer **slot = &slots[due / SLOT_US % SLOTS];
    t->next = *slot;
    *slot = t;
}

static void send_bytes(struct stream *s, const char *bytes, size_t length, const struct sockaddr_in *to)
{
    sent_messages++;
    sent_bytes += length;
    if (!tcp) {
        sendto(s->fd, bytes, length, 0, (const struct sockaddr *)to, sizeof *to);
        return;
    }
    for (size_t sent = 0; sent < length;) {
        ssize_t n = send(s->fd, bytes + sent, length - sent, MSG_NOSIGNAL);
        if (n > 0) { sent += n; continue; }
        if (errno != EAGAIN && errno != EINTR) { perror("send"); exit(1); }
        struct pollfd p = { s->fd, POLLOUT, 0 };
        poll(&p, 1, 100);
    }
}

static const char sdp[] = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n";

// Lines that begin so, together exactly this long; none below 16 bytes.
static size_t fill(char *out, size_t size, const char *begin)
{
    size_t written = 0, name = strlen(begin);
    while (size - written >= 16) {
        size_t line = size - written > 112 ? 96 : size - written;            // leaves nothing, or at least 16
        memcpy(out + written, begin, name);
        memset(out + written + name, 'x', line - name - 2);
        memcpy(out + written + line - 2, "\r\n", 2);
        written += line;
    }
    return written;
}

// Ends a message after its other headers: what fills it, the body's headers and the body.
static size_t finish(char *text, size_t length, int has_body)
{
    char ending[96];
    const char *type = "Content-Type: application/sdp\r\n";
    size_t body = has_body ? sizeof sdp - 1 : 0, body_fill = 0;
    size_t least = length + (body ? strlen(type) : 0) + strlen("Content-Length: 100\r\n\r\n") + body;
    if (filled && least > filled) body = 0;
    else if (filled && body && (filled - least) / 2 >= 16) body_fill = (filled - least) / 2;
    int end = sprintf(ending, "%sContent-Length: %zu\r\n\r\n", body ? type : "", body + body_fill);
    if (filled > length + end + body + body_fill) length += fill(text + length, filled - length - end - body - body_fill, "X-Fill: ");
    memcpy(text + length, ending, end);
    length += end;
    memcpy(text + length, sdp, body);
    length += body;
    return length + fill(text + length, body_fill, "a=fill:");
}

__attribute__((format(printf, 3, 4)))
static void send_text(struct stream *s, int has_body, const char *format, ...)
{
    static char text[32768];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text / 2, format, arguments);
    va_end(arguments);
    send_bytes(s, text, finish(text, length, has_body), &proxy);
}

// Scattered, so that neighbours in time are not neighbours in memory.
static unsigned caller_of(uint32_t n) { return n * 7919ULL % users; }

// Short where a message shall be short.
static const char *domain(void) { return filled ? "" : "@load.parley.test"; }

static void send_invite(uint32_t n)
{
    const char *via = tcp ? "TCP" : "UDP", *transport = tcp ? ";transport=tcp" : "";
    send_text(&caller, 1, "INVITE sip:%s@127.0.0.1:%d%s SIP/2.0\r\nVia: SIP/2.0/%s 127.0.0.1:%d;branch=z9hG4bKi%u-%d\r\n%s"
        "From: <sip:caller%u@127.0.0.1:%d>;tag=c%u\r\nTo: <sip:%s@127.0.0.1:%d>\r\nCall-ID: %u.%d%s\r\nCSeq: 1 INVITE\r\n"
        "Contact: <sip:%s127.0.0.1:%d%s>\r\nMax-Forwards: 70\r\n",
        user, ntohs(proxy.sin_port), transport, via, caller_port, n, (int)getpid(), hops_before, caller_of(n), caller_port, n, user, ntohs(proxy.sin_port),
        n, (int)getpid(), domain(), filled ? "" : "caller@", caller_port, transport);
}

static void send_sequential(uint32_t n, const char *method, int cseq)
{
    struct call *c = &calls[n];
    send_text(&caller, 0, "%s %s SIP/2.0\r\nVia: SIP/2.0/%s 127.0.0.1:%d;branch=z9hG4bK%c%u-%d\r\n%s"
        "From: <sip:caller%u@127.0.0.1:%d>;tag=c%u\r\nTo: %s\r\nCall-ID: %u.%d%s\r\nCSeq: %d %s\r\n"
        "Max-Forwards: 70\r\n",
        method, c->target, tcp ? "TCP" : "UDP", caller_port, method[0] == 'A' ? 'a' : 'b', n, (int)getpid(), c->routes,
        caller_of(n), caller_port, n, c->to, n, (int)getpid(), domain(), cseq, method);
}

// The value of the first header of this name ("\r\nTo: "), up to its line end.
static const char *value(const char *message, size_t length, const char *name, size_t *size)
{
    const char *at = memmem(message, length, name, strlen(name));
    if (!at) return NULL;
    at += strlen(name);
    const char *end = memmem(at, message + length - at, "\r\n", 2);
    *size = end ? (size_t)(end - at) : 0;
    return end ? at : NULL;
}

// All lines of the given header names, as they stand.
static size_t lines(const char *message, size_t length, const char *const *names, char *out)
{
    size_t size = 0;
    for (const char *line = message; line < message + length;) {
        const char *end = memmem(line, message + length - line, "\r\n", 2);
        if (!end || end == line) break;
        for (const char *const *name = names; *name; name++)
            if (strncmp(line, *name, strlen(*name)) == 0) {
                memcpy(out + size, line, end + 2 - line);
                size += end + 2 - line;
            }
        line = end + 2;
    }
    out[size] = 0;
    return size;
}

static int count(const char *message, size_t length, const char *name)
{
    static char found[16384];
    const char *const names[] = { name, NULL };
    lines(message, length, names, found);
    int lines_found = 0;
    for (const char *at = found; *at; at++) lines_found += *at == '\n';
    return lines_found;
}

static char *copy(const char *text, size_t length)
{
    char *made = malloc(length + 1);
    memcpy(made, text, length);
    made[length] = 0;
    return made;
}

static void fail(uint32_t n, const char *why)
{
    if (calls[n].state == DONE || calls[n].state == FAILED) return;
    if (failed++ < 5) fprintf(stderr, "call %u failed: %s\n", n, why);
    calls[n].state = FAILED;
}

// The route set of the caller is the Record-Routes of the 200 in reverse (RFC 3261 12.1.2), here without those of the hops before the proxy,
// which take theirs out on the way.
static void learn_dialog(struct call *c, const char *message, size_t length)
{
    static char found[8192], reversed[8192];
    const char *const record_route[] = { "Record-Route:", NULL };
    size_t size = lines(message, length, record_route, found), written = 0;
    int passed = 0;
    if ((upstream || downstream) && count(message, length, "Record-Route:") != upstream + 1 + downstream) unexpected++;
    while (size > 0) {
        size_t start = size - 2;
        while (start > 0 && found[start - 1] != '\n') start--;
        if (passed++ >= upstream) written += sprintf(reversed + written, "Route:%.*s", (int)(size - start - 13), found + start + 13);
        size = start;
    }
    reversed[written] = 0;
    c->routes = copy(reversed, written);
    const char *to = value(message, length, "\r\nTo: ", &size);
    c->to = to ? copy(to, size) : copy("", 0);
    const char *contact = value(message, length, "\r\nContact: <", &size), *close = contact ? memchr(contact, '>', size) : NULL;
    c->target = close ? copy(contact, close - contact) : copy("sip:127.0.0.1", 13);
}

static void callee_answer(struct stream *s, const char *message, size_t length, int status, const char *reason, uint32_t n, int body, const struct sockaddr_in *to, char **keep);

static void caller_got(const char *message, size_t length, const struct sockaddr_in *from)
{
    size_t size;
    const char *id = value(message, length, "\r\nCall-ID: ", &size), *cseq = value(message, length, "\r\nCSeq: ", &size);
    uint32_t n = id ? strtoul(id, NULL, 10) : total;
    if (n >= started || !cseq) { unexpected++; return; }
    struct call *c = &calls[n];
    if (strncmp(message, "SIP/2.0 ", 8) != 0) {
        if (strncmp(message, "OPTIONS ", 8) == 0) pings++;
        else unexpected++;
        if (strncmp(message, "ACK ", 4) != 0) callee_answer(&caller, message, length, 200, "OK", n, 0, from, NULL);
        if (strncmp(message, "BYE ", 4) == 0) fail(n, "ended by the proxy");
        return;
    }
    int status = atoi(message + 8), invite = cseq[0] == '1';
    if (status < 200) return;
    if (invite && status == 200) {
        if (c->state == INVITED) {
            c->setup = now - c->invited;
            c->state = ANSWERED;
            learn_dialog(c, message, length);
            if (!hold_only) arm(n, BYE_DUE, now + hold_ms * 1000LL);
        } else if (c->state == IDLE || !c->target) { unexpected++; return; }
        send_sequential(n, "ACK", 1);
    } else if (invite) fail(n, "INVITE refused");
    else if (status == 200 && c->state == BYED) { c->state = DONE; ended_well++; }
    else if (c->state != DONE) fail(n, "BYE refused");
}

static void callee_answer(struct stream *s, const char *message, size_t length, int status, const char *reason, uint32_t n, int body, const struct sockaddr_in *to, char **keep)
{
    static char out[32768], vias[8192], headers[8192];
    const char *const via[] = { "Via:", NULL }, *const copied[] = { "Record-Route:", "From:", "Call-ID:", "CSeq:", NULL };
    lines(message, length, via, vias);
    lines(message, length, copied, headers);
    size_t size;
    const char *to_value = value(message, length, "\r\nTo: ", &size);
    const char *tag = memmem(to_value, size, ";tag=", 5) ? "" : ";tag=e";
    char number[16] = "";
    if (*tag) sprintf(number, "%u", n);
    int written = snprintf(out, sizeof out / 2, "SIP/2.0 %d %s\r\n%s%s%sTo: %.*s%s%s\r\nContact: <sip:callee@127.0.0.1:%d%s>\r\n",
        status, reason, vias, strncmp(message, "INVITE ", 7) == 0 ? hops_behind : "", headers, (int)size, to_value, tag, number, callee_port,
        tcp ? ";transport=tcp" : "");
    written = finish(out, written, body);
    send_bytes(s, out, written, to);
    if (keep) *keep = copy(out, written);
}

static void callee_got(struct stream *s, const char *message, size_t length, const struct sockaddr_in *from)
{
    size_t size;
    const char *id = value(message, length, "\r\nCall-ID: ", &size);
    uint32_t n = id ? strtoul(id, NULL, 10) : total;
    if (n >= total) { unexpected++; return; }
    struct call *c = &calls[n];
    if ((strncmp(message, "ACK ", 4) == 0 || strncmp(message, "BYE ", 4) == 0) && count(message, length, "Route:") != downstream) unexpected++;
    if (strncmp(message, "INVITE ", 7) == 0) {
        if (c->callee_invited) { callee_retransmissions++; return; }
        c->callee_invited = 1;
        if ((upstream || downstream) && count(message, length, "Record-Route:") != upstream + 1) unexpected++;
        callee_answer(s, message, length, 180, "Ringing", n, 0, from, NULL);
        callee_answer(s, message, length, 200, "OK", n, 1, from, &c->ok);
        c->ok_interval = T1_US;
        arm(n, OK_AGAIN, now + T1_US);
    } else if (strncmp(message, "ACK ", 4) == 0) {
        c->callee_acked = 1;
        free(c->ok);
        c->ok = NULL;
    } else if (strncmp(message, "BYE ", 4) == 0) {
        if (c->callee_byed++) callee_retransmissions++;
        callee_answer(s, message, length, 200, "OK", n, 0, from, NULL);
    } else if (strncmp(message, "OPTIONS ", 8) == 0) {
        pings++;
        callee_answer(s, message, length, 200, "OK", n, 0, from, NULL);
    } else unexpected++;
}

static void on_timer(uint32_t n, uint32_t kind)
{
    struct call *c = &calls[n];
    if (kind == BYE_DUE && c->state == ANSWERED) {
        c->state = BYED;
        c->interval = T1_US;
        c->invited = now;                                        // from here on: when the BYE left
        send_sequential(n, "BYE", 2);
        arm(n, BYE_AGAIN, now + T1_US);
    } else if ((kind == INVITE_AGAIN && c->state == INVITED) || (kind == BYE_AGAIN && c->state == BYED)) {
        if (now - c->invited > LIMIT_US) { fail(n, kind == BYE_AGAIN ? "no answer to BYE" : "no answer to INVITE"); return; }
        if (!tcp) {
            caller_retransmissions++;
            if (kind == INVITE_AGAIN) send_invite(n); else send_sequential(n, "BYE", 2);
        }
        arm(n, kind, now + (c->interval *= 2));
    } else if (kind == OK_AGAIN && c->ok && c->ok_interval < LIMIT_US) {
        callee_retransmissions++;
        send_bytes(tcp ? &accepted : &callee, c->ok, strlen(c->ok), &proxy);
        arm(n, OK_AGAIN, now + (c->ok_interval *= 2));
    }
}

static void sweep(void)
{
    for (; swept + SLOT_US <= now; swept += SLOT_US) {
        struct timer **slot = &slots[swept / SLOT_US % SLOTS], *due = *slot;
        *slot = NULL;
        while (due) {
            struct timer *t = due;
            due = t->next;
            if (t->due >= swept + SLOT_US) { t->next = *slot; *slot = t; continue; }   // a later round
            uint32_t call = t->call, kind = t->kind;
            t->next = spare;
            spare = t;
            on_timer(call, kind);
        }
    }
}

static void receive(struct stream *s, int is_caller)
{
    for (;;) {
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        ssize_t n = recvfrom(s->fd, s->buffer + s->used, sizeof s->buffer - 1 - s->used, MSG_DONTWAIT, (struct sockaddr *)&from, &size);
        if (n <= 0) {
            if (n == 0 && tcp) { fprintf(stderr, "connection closed\n"); exit(1); }
            return;
        }
        now = clock_us();
        if (!tcp) {
            s->buffer[n] = 0;
            if (is_caller) caller_got(s->buffer, n, &from); else callee_got(s, s->buffer, n, &from);
            continue;
        }
        s->used += n;
        size_t start = 0;
        for (;;) {
            char *message = s->buffer + start, *end = memmem(message, s->used - start, "\r\n\r\n", 4);
            if (!end) break;
            size_t length_size, head = end + 4 - message;
            const char *body = value(message, head, "\r\nContent-Length: ", &length_size);
            size_t length = head + (body ? strtoul(body, NULL, 10) : 0);
            if (start + length > s->used) break;
            if (is_caller) caller_got(message, length, &from); else callee_got(s, message, length, &proxy);
            start += length;
        }
        memmove(s->buffer, s->buffer + start, s->used -= start);
    }
}

static int open_socket(int port, int listening)
{
    int fd = socket(AF_INET, (tcp ? SOCK_STREAM : SOCK_DGRAM), 0), yes = 1, size = 8 << 20;
    struct sockaddr_in own = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    if (tcp) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&own, sizeof own) != 0) { perror("bind"); exit(1); }
    if (tcp && listening) listen(fd, 8);
    if (tcp && !listening && connect(fd, (struct sockaddr *)&proxy, sizeof proxy) != 0) { perror("connect"); exit(1); }
    return fd;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void report(double seconds)
{
    int64_t *setup = malloc(sizeof *setup * (total + 1));
    uint32_t measured = 0;
    for (uint32_t n = 0; n < started; n++)
        if (calls[n].target) setup[measured++] = calls[n].setup;
    qsort(setup, measured, sizeof *setup, by_size);
    uint32_t standing = 0;
    for (uint32_t n = 0; n < started; n++) standing += calls[n].state == ANSWERED;
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    long long cpu = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000LL + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
#define AT(q) (measured ? (long long)setup[(uint32_t)(q * (measured - 1))] : -1LL)
    printf("{\"calls\":%u,\"completed\":%u,\"failed\":%u,\"standing\":%u,\"seconds\":%.3f,\"caller_retransmissions\":%llu,\"callee_retransmissions\":%llu,"
        "\"unexpected\":%llu,\"pings\":%llu,\"message_bytes\":%llu,\"cpu_us\":%lld,\"setup_us\":{\"p50\":%lld,\"p99\":%lld,\"p999\":%lld,\"max\":%lld}}\n",
        started, ended_well, failed, standing, seconds, (unsigned long long)caller_retransmissions, (unsigned long long)callee_retransmissions,
        (unsigned long long)unexpected, (unsigned long long)pings,
        (unsigned long long)(sent_messages ? sent_bytes / sent_messages : 0), cpu, AT(0.5), AT(0.99), AT(0.999), AT(1.0));
}

static void on_signal(int number) { (void)number; asked_to_end = 1; }

int main(int argc, char **argv)
{
    int option, proxy_port = 5060;
    double rate = 100, wait = 40;
    caller_port = 5080;
    callee_port = 5070;
    total = 100;
    while ((option = getopt(argc, argv, "x:c:e:r:m:h:t:s:u:w:HU:D:z:")) != -1)
        switch (option) {
        case 'x': proxy_port = atoi(optarg); break;
        case 'c': caller_port = atoi(optarg); break;
        case 'e': callee_port = atoi(optarg); break;
        case 'r': rate = atof(optarg); break;
        case 'm': total = strtoul(optarg, NULL, 10); break;
        case 'h': hold_ms = atoi(optarg); break;
        case 't': tcp = strcmp(optarg, "tcp") == 0; break;
        case 's': user = optarg; break;
        case 'u': users = strtoul(optarg, NULL, 10); break;
        case 'w': wait = atof(optarg); break;
        case 'H': hold_only = 1; break;
        case 'U': upstream = atoi(optarg); break;
        case 'D': downstream = atoi(optarg); break;
        case 'z': filled = strtoul(optarg, NULL, 10); break;
        default: return 2;
        }
    if (upstream < 0 || upstream > 40 || downstream < 0 || downstream > 40 || filled > 12000 || users == 0) return 2;
    // The nearest to the callee on top.
    for (int hop = upstream, at = 0; hop > 0; hop--)
        at += sprintf(hops_before + at, "Record-Route: <sip:127.0.0.1:%d%s;lr;hop=%d>\r\n", caller_port, tcp ? ";transport=tcp" : "", hop);
    for (int hop = downstream, at = 0; hop > 0; hop--)
        at += sprintf(hops_behind + at, "Record-Route: <sip:127.0.0.1:%d%s;lr;hop=%d>\r\n", callee_port, tcp ? ";transport=tcp" : "", hop);
    proxy = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(proxy_port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    calls = calloc(total + 1, sizeof *calls);
    callee.fd = open_socket(callee_port, 1);
    caller.fd = open_socket(caller_port, 0);
    accepted.fd = -1;
    signal(SIGTERM, on_signal);
    // INVITEs leave a quarter of a slot after the timers' instants. By chance they would leave together with the BYEs in one run and between them in
    // another: three wake-ups of the proxy per call or five, and a third less CPU time or more.
    int64_t begin = ((now = clock_us()) / SLOT_US + 1) * SLOT_US + SLOT_US / 4, last = begin;
    swept = now / SLOT_US * SLOT_US;
    while (ended_well + failed < total) {
        now = clock_us();
        while (started < total && (started / rate) * 1e6 <= now - begin) {
            struct call *c = &calls[started];
            c->invited = last = now;
            c->interval = T1_US;
            c->state = INVITED;
            send_invite(started);
            arm(started++, INVITE_AGAIN, now + T1_US);
        }
        sweep();
        if (started == total && now - last > wait * 1e6) break;
        if (asked_to_end) break;
        int64_t next = started < total ? begin + (int64_t)(started / rate * 1e6) : now + 10000;
        if (next > swept + SLOT_US) next = swept + SLOT_US;
        int64_t pause = next > now ? next - now : 0;
        struct timespec timeout = { pause / 1000000, pause % 1000000 * 1000 };
        struct pollfd polled[3] = { { caller.fd, POLLIN, 0 }, { callee.fd, POLLIN, 0 }, { accepted.fd, POLLIN, 0 } };
        if (ppoll(polled, 3, &timeout, NULL) <= 0) continue;
        now = clock_us();
        if (polled[0].revents) receive(&caller, 1);
        if (polled[1].revents) {
            if (!tcp) receive(&callee, 0);
            else if (accepted.fd < 0) accepted.fd = accept(callee.fd, NULL, NULL);
            else close(accept(callee.fd, NULL, NULL));
        }
        if (polled[2].revents) receive(&accepted, 0);
    }
    report((clock_us() - begin) / 1e6);
    return failed > 0;
}
