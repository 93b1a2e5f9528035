// libcurl's easy interface without varargs, which Swift cannot call. One call, one transfer.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Fills at most `size` bytes of `buffer`; 0 ends the body, -1 aborts the transfer.
typedef long (*tarn_curl_read)(void *context, char *buffer, size_t size);
/// Takes `size` bytes; anything but `size` aborts the transfer.
typedef size_t (*tarn_curl_write)(void *context, const char *bytes, size_t size);
/// Takes one header line with its line break, status lines too.
typedef void (*tarn_curl_header)(void *context, const char *line, size_t size);

typedef struct {
    const char *url;
    const char *method;
    /// NULL: TCP.
    const char *unix_socket;
    /// Header lines without line breaks.
    const char *const *headers;
    size_t header_count;
    /// NULL: no body.
    tarn_curl_read read;
    /// -1: unknown, sent chunked.
    int64_t body_length;
    tarn_curl_write write;
    tarn_curl_header header;
    void *context;
    /// NULL: the system's certificate authorities.
    const char *ca_file;
    /// The transfer fails when less than a byte a second moves for so long; 0: never.
    long stall_seconds;
    /// NULL, or asked about once a second: not 0 aborts the transfer.
    int (*is_cancelled)(void *context);
} tarn_curl_request;

/// A connection that is kept between transfers. NULL when memory is short.
void *tarn_curl_open(void);
void tarn_curl_close(void *handle);

/// Performs one transfer, blocking. Returns 0 and sets `status`, or libcurl's code and writes a message of at most
/// 255 bytes to `message`.
int tarn_curl_perform(void *handle, const tarn_curl_request *request, long *status, char *message);

/// How far a mail came.
enum {
    /// Connecting, TLS, signing in, naming the sender.
    TARN_CURL_MAIL_BEFORE,
    TARN_CURL_MAIL_RECIPIENT,
    TARN_CURL_MAIL_CONTENT,
};

typedef struct {
    /// smtp://host:port, where STARTTLS is required, or smtps://host:port.
    const char *url;
    /// NULL: the system's certificate authorities.
    const char *ca_file;
    /// NULL: no sign-in.
    const char *user;
    const char *password;
    /// Addresses without angle brackets.
    const char *from;
    const char *to;
    /// Header and body, lines ended by CRLF.
    const uint8_t *message;
    size_t length;
    /// For the transfer: bytes that were taken, and the stage.
    size_t sent;
    int stage;
} tarn_curl_mail;

typedef struct {
    /// The server's last status, 0 where it said nothing.
    long status;
    int stage;
} tarn_curl_mail_answer;

/// Sends one mail, blocking, never without TLS. Returns 0, or libcurl's code and writes a message of at most 255 bytes
/// to `message`.
int tarn_curl_send_mail(void *handle, tarn_curl_mail *mail, tarn_curl_mail_answer *answer, char *message);
