#include "CCurl.h"
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

static size_t on_read(char *buffer, size_t size, size_t count, void *pointer) {
    tarn_curl_mail *mail = pointer;
    size_t room = size * count, left = mail->length - mail->sent;
    if (left < room) room = left;
    memcpy(buffer, mail->message + mail->sent, room);
    mail->sent += room;
    return room;
}

static size_t on_write(char *bytes, size_t size, size_t count, void *pointer) {
    (void)bytes, (void)pointer;
    return size * count;
}

// Which command was refused libcurl tells in words only; the commands themselves pass here. Nothing of them is kept.
static int on_debug(CURL *curl, curl_infotype type, char *bytes, size_t size, void *pointer) {
    (void)curl;
    tarn_curl_mail *mail = pointer;
    if (type != CURLINFO_HEADER_OUT || size < 4) return 0;
    if (memcmp(bytes, "RCPT", 4) == 0) mail->stage = TARN_CURL_MAIL_RECIPIENT;
    if (memcmp(bytes, "DATA", 4) == 0) mail->stage = TARN_CURL_MAIL_CONTENT;
    return 0;
}

int tarn_curl_send_mail(void *handle, tarn_curl_mail *mail, tarn_curl_mail_answer *answer, char *message) {
    CURL *curl = handle;
    char reason[CURL_ERROR_SIZE] = "", from[330], to[330];
    snprintf(from, sizeof from, "<%s>", mail->from);
    snprintf(to, sizeof to, "<%s>", mail->to);
    mail->sent = 0;
    mail->stage = TARN_CURL_MAIL_BEFORE;
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_URL, mail->url);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    // Not CURLUSESSL_TRY: a server, or whoever stands before it, that does not offer STARTTLS gets no mail.
    curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (mail->ca_file) curl_easy_setopt(curl, CURLOPT_CAINFO, mail->ca_file);
    if (mail->user) curl_easy_setopt(curl, CURLOPT_USERNAME, mail->user);
    if (mail->password) curl_easy_setopt(curl, CURLOPT_PASSWORD, mail->password);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from);
    struct curl_slist *recipients = curl_slist_append(NULL, to);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(curl, CURLOPT_READDATA, mail);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)mail->length);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_write);
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, on_debug);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, mail);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
    CURLcode code = curl_easy_perform(curl);
    answer->status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
    answer->stage = mail->stage;
    curl_slist_free_all(recipients);
    if (code != CURLE_OK) snprintf(message, 256, "%s", reason[0] ? reason : curl_easy_strerror(code));
    return (int)code;
}
