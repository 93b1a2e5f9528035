#include "CCurl.h"
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void initialise(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

static size_t on_read(char *buffer, size_t size, size_t count, void *pointer) {
    const tarn_curl_request *request = pointer;
    long read = request->read(request->context, buffer, size * count);
    return read < 0 ? CURL_READFUNC_ABORT : (size_t)read;
}

static size_t on_write(char *bytes, size_t size, size_t count, void *pointer) {
    const tarn_curl_request *request = pointer;
    return request->write(request->context, bytes, size * count);
}

static size_t on_header(char *line, size_t size, size_t count, void *pointer) {
    const tarn_curl_request *request = pointer;
    request->header(request->context, line, size * count);
    return size * count;
}

static int on_progress(void *pointer, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up_now) {
    (void)total, (void)now, (void)up_total, (void)up_now;
    const tarn_curl_request *request = pointer;
    return request->is_cancelled(request->context);
}

void *tarn_curl_open(void) {
    pthread_once(&once, initialise);
    return curl_easy_init();
}

void tarn_curl_close(void *handle) { curl_easy_cleanup(handle); }

int tarn_curl_perform(void *handle, const tarn_curl_request *request, long *status, char *message) {
    CURL *curl = handle;
    char reason[CURL_ERROR_SIZE] = "";
    struct curl_slist *headers = NULL;
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    curl_easy_setopt(curl, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, 512L << 10);
    curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, 512L << 10);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 20L);
    if (request->unix_socket) curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, request->unix_socket);
    if (request->ca_file) curl_easy_setopt(curl, CURLOPT_CAINFO, request->ca_file);
    if (request->stall_seconds > 0) {
        curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
        curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, request->stall_seconds);
    }
    if (request->is_cancelled) {
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
        curl_easy_setopt(curl, CURLOPT_XFERINFODATA, (void *)request);
    }
    if (request->read) {
        curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
        curl_easy_setopt(curl, CURLOPT_READDATA, (void *)request);
        if (request->body_length >= 0)
            curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->body_length);
        // No round trip before the body: whoever must refuse answers at once and closes.
        headers = curl_slist_append(headers, "Expect:");
    } else if (strcmp(request->method, "HEAD") == 0) {
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    for (size_t index = 0; index < request->header_count; index++)
        headers = curl_slist_append(headers, request->headers[index]);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_write);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, (void *)request);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, (void *)request);
    CURLcode code = curl_easy_perform(curl);
    *status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
    curl_slist_free_all(headers);
    if (code != CURLE_OK) snprintf(message, 256, "%s", reason[0] ? reason : curl_easy_strerror(code));
    return (int)code;
}
