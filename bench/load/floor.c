// The floor: what moving a call's datagrams costs when nothing is done to them. One recvfrom and one sendto per datagram, and a
// 100 Trying for each INVITE, as a proxy sends it: 6 datagrams in and 7 out per call. No parsing beyond what those two need.
//   floor LISTEN_PORT CALLEE_PORT     (loopback; whoever is not the callee is the caller)
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: floor LISTEN_PORT CALLEE_PORT\n");
        return 2;
    }
    struct sockaddr_in own = loopback(atoi(argv[1])), callee = loopback(atoi(argv[2])), caller = { 0 }, from;
    int socket_ = socket(AF_INET, SOCK_DGRAM, 0), size = 4 << 20;
    setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(socket_, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    if (bind(socket_, (struct sockaddr *)&own, sizeof own) != 0) {
        perror("bind");
        return 1;
    }
    static char message[65536], trying[2048] = "SIP/2.0 100 Trying";
    const size_t status = strlen(trying);
    for (;;) {
        socklen_t length = sizeof from;
        ssize_t n = recvfrom(socket_, message, sizeof message, 0, (struct sockaddr *)&from, &length);
        if (n < 0) {
            if (errno == EINTR || errno == ECONNREFUSED) continue;
            perror("recvfrom");
            return 1;
        }
        if (from.sin_port == callee.sin_port) {
            sendto(socket_, message, n, 0, (struct sockaddr *)&caller, sizeof caller);
            continue;
        }
        caller = from;
        if (n > 6 && memcmp(message, "INVITE", 6) == 0) {
            // Via, From, To, Call-ID and CSeq stand before Contact in what bench/load sends.
            char *first = memmem(message, n, "\r\n", 2), *contact = memmem(message, n, "\r\nContact:", 10);
            if (first && contact && (size_t)(contact - first) < sizeof trying - status - 32) {
                memcpy(trying + status, first, contact - first);
                size_t end = status + (contact - first);
                memcpy(trying + end, "\r\nContent-Length: 0\r\n\r\n", 23);
                sendto(socket_, trying, end + 23, 0, (struct sockaddr *)&caller, sizeof caller);
            }
        }
        sendto(socket_, message, n, 0, (struct sockaddr *)&callee, sizeof callee);
    }
}
