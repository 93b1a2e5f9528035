// One AES key of one token behind a PKCS#11 module (OASIS PKCS #11 2.40 and later), which is loaded when it is needed.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// What every function returns: 0, one of these, or the module's own code (CKR_…), which is positive.
enum {
    TARN_PKCS11_NO_MODULE = -1,     // cannot be loaded
    TARN_PKCS11_NO_INTERFACE = -2,  // is no PKCS#11 module
    TARN_PKCS11_NO_TOKEN = -3,      // no token of that label
    TARN_PKCS11_TWO_TOKENS = -4,    // several
    TARN_PKCS11_LAST_TRY = -5,      // one wrong PIN more and the token locks
    TARN_PKCS11_LOCKED = -6,
    TARN_PKCS11_NO_KEY = -7,        // no AES key of that label
    TARN_PKCS11_TWO_KEYS = -8,      // several
    TARN_PKCS11_NO_MEMORY = -9,
};

enum { TARN_PKCS11_IV = 12, TARN_PKCS11_TAG = 16 };

/// What an AES key in a token may do.
typedef struct {
    /// Whether its bytes can leave the token, wrapped or plain.
    int is_extractable;
    int is_sensitive;
    /// In bytes.
    unsigned long length;
} tarn_pkcs11_key;

/// A session with a token, signed in. One at a time in a process.
typedef struct tarn_pkcs11_session tarn_pkcs11_session;

/// Loads the module, finds the token and signs in with the user's PIN: tried once.
/// - message: room for 256 bytes; why the module cannot be loaded.
long tarn_pkcs11_open(const char *module, const char *token, const uint8_t *pin, size_t pin_length, int writes,
                      tarn_pkcs11_session **session, char *message);
/// Signs out and ends the module's work; its code stays loaded.
void tarn_pkcs11_close(tarn_pkcs11_session *session);

/// Finds the AES key of that label.
long tarn_pkcs11_find(tarn_pkcs11_session *session, const char *label, unsigned long *key);
/// Makes an AES-256 key that cannot leave the token.
long tarn_pkcs11_generate(tarn_pkcs11_session *session, const char *label, unsigned long *key);
long tarn_pkcs11_describe(tarn_pkcs11_session *session, unsigned long key, tarn_pkcs11_key *description);

/// AES-GCM, tag of 16 bytes behind the text. `iv` is suggested; the token may put one of its own there.
long tarn_pkcs11_encrypt(tarn_pkcs11_session *session, unsigned long key, uint8_t *iv, const uint8_t *aad,
                         size_t aad_length, const uint8_t *text, size_t length, uint8_t *sealed, size_t *sealed_length);
/// - length: room in, bytes out.
long tarn_pkcs11_decrypt(tarn_pkcs11_session *session, unsigned long key, const uint8_t *iv, const uint8_t *aad,
                         size_t aad_length, const uint8_t *sealed, size_t sealed_length, uint8_t *text, size_t *length);
