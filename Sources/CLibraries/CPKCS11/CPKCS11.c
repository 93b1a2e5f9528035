#include "CPKCS11.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What is used of the interface, by the names and numbers of the standard. On Unix its structures are not packed.
typedef unsigned long CK_ULONG;
typedef unsigned char CK_BBOOL;

typedef struct {
    CK_ULONG type;
    void *value;
    CK_ULONG length;
} CK_ATTRIBUTE;

typedef struct {
    CK_ULONG mechanism;
    void *parameter;
    CK_ULONG length;
} CK_MECHANISM;

typedef struct {
    uint8_t *iv;
    CK_ULONG iv_length, iv_bits;
    uint8_t *aad;
    CK_ULONG aad_length, tag_bits;
} CK_GCM_PARAMS;

typedef struct {
    uint8_t label[32], manufacturer[32], model[16], serial[16];
    CK_ULONG flags, counts[10];
    uint8_t versions[4], time[16];
} CK_TOKEN_INFO;

typedef struct {
    void *mutexes[4];
    CK_ULONG flags;
    void *reserved;
} CK_C_INITIALIZE_ARGS;

typedef CK_ULONG (*function)(void);
typedef struct {
    unsigned char version[2];
    function functions[68];
} CK_FUNCTION_LIST;

// Places in the list of functions.
enum {
    C_Initialize = 0, C_Finalize = 1, C_GetSlotList = 4, C_GetTokenInfo = 6, C_OpenSession = 12, C_CloseSession = 13,
    C_Login = 18, C_Logout = 19, C_GetAttributeValue = 24, C_FindObjectsInit = 26, C_FindObjects = 27,
    C_FindObjectsFinal = 28, C_EncryptInit = 29, C_Encrypt = 30, C_DecryptInit = 33, C_Decrypt = 34, C_GenerateKey = 58,
};

enum {
    CKR_OK = 0, CKR_USER_ALREADY_LOGGED_IN = 0x100, CKR_CRYPTOKI_ALREADY_INITIALIZED = 0x191,
    CKF_OS_LOCKING_OK = 2, CKF_RW_SESSION = 2, CKF_SERIAL_SESSION = 4, CKU_USER = 1,
    CKF_USER_PIN_FINAL_TRY = 1 << 17, CKF_USER_PIN_LOCKED = 1 << 18,
    CKA_CLASS = 0, CKA_TOKEN = 1, CKA_PRIVATE = 2, CKA_LABEL = 3, CKA_KEY_TYPE = 0x100, CKA_SENSITIVE = 0x103,
    CKA_ENCRYPT = 0x104, CKA_DECRYPT = 0x105, CKA_VALUE_LEN = 0x161, CKA_EXTRACTABLE = 0x162,
    CKO_SECRET_KEY = 4, CKK_AES = 0x1F, CKM_AES_KEY_GEN = 0x1080, CKM_AES_GCM = 0x1087,
};

struct tarn_pkcs11_session {
    const CK_FUNCTION_LIST *list;
    CK_ULONG session;
    int is_open, is_signed_in, was_initialised;
};

// A function of the module, with the parameters that the standard gives it.
#define CALL(list, name, parameters) ((CK_ULONG (*) parameters)(list)->functions[name])

static long load(const char *module, const CK_FUNCTION_LIST **list, char *message) {
    // Never unloaded: what a module's libraries leave behind for the end of the process must stay where it is.
    void *library = dlopen(module, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *reason = dlerror();
        snprintf(message, 256, "%s", reason ? reason : "");
        return TARN_PKCS11_NO_MODULE;
    }
    void *found = dlsym(library, "C_GetFunctionList");
    CK_ULONG (*get)(const CK_FUNCTION_LIST **) = NULL;
    memcpy(&get, &found, sizeof found);
    if (!get || get(list) != CKR_OK || !*list) return TARN_PKCS11_NO_INTERFACE;
    return 0;
}

// Labels are padded with blanks.
static int is_label(const uint8_t padded[32], const char *label) {
    size_t length = strlen(label);
    if (length > 32 || memcmp(padded, label, length) != 0) return 0;
    for (size_t i = length; i < 32; i++)
        if (padded[i] != ' ') return 0;
    return 1;
}

static long find_token(const CK_FUNCTION_LIST *list, const char *label, CK_ULONG *slot, CK_ULONG *flags) {
    CK_ULONG slots[256], count = 256;
    CK_ULONG code = CALL(list, C_GetSlotList, (CK_BBOOL, CK_ULONG *, CK_ULONG *))(1, slots, &count);
    if (code != CKR_OK) return (long)code;
    long result = TARN_PKCS11_NO_TOKEN;
    for (CK_ULONG i = 0; i < count && i < 256; i++) {
        CK_TOKEN_INFO info;
        memset(&info, 0, sizeof info);
        if (CALL(list, C_GetTokenInfo, (CK_ULONG, CK_TOKEN_INFO *))(slots[i], &info) != CKR_OK) continue;
        if (!is_label(info.label, label)) continue;
        if (result == 0) return TARN_PKCS11_TWO_TOKENS;
        *slot = slots[i];
        *flags = info.flags;
        result = 0;
    }
    return result;
}

static long sign_in(tarn_pkcs11_session *self, const char *token, const uint8_t *pin, size_t length, int writes) {
    CK_ULONG slot = 0, token_flags = 0, flags = CKF_SERIAL_SESSION | (writes ? CKF_RW_SESSION : 0);
    long code = find_token(self->list, token, &slot, &token_flags);
    if (code != 0) return code;
    if (token_flags & CKF_USER_PIN_LOCKED) return TARN_PKCS11_LOCKED;
    // A service that starts again and again with an old PIN must not be what locks the token.
    if (token_flags & CKF_USER_PIN_FINAL_TRY) return TARN_PKCS11_LAST_TRY;
    CK_ULONG result = CALL(self->list, C_OpenSession, (CK_ULONG, CK_ULONG, void *, void *, CK_ULONG *))(
        slot, flags, NULL, NULL, &self->session);
    if (result != CKR_OK) return (long)result;
    self->is_open = 1;
    result = CALL(self->list, C_Login, (CK_ULONG, CK_ULONG, const uint8_t *, CK_ULONG))(
        self->session, CKU_USER, pin, length);
    if (result == CKR_USER_ALREADY_LOGGED_IN) return 0;
    self->is_signed_in = result == CKR_OK;
    return (long)result;
}

long tarn_pkcs11_open(const char *module, const char *token, const uint8_t *pin, size_t pin_length, int writes,
                      tarn_pkcs11_session **session, char *message) {
    const CK_FUNCTION_LIST *list = NULL;
    long code = load(module, &list, message);
    if (code != 0) return code;
    CK_C_INITIALIZE_ARGS arguments = {.flags = CKF_OS_LOCKING_OK};
    CK_ULONG result = CALL(list, C_Initialize, (void *))(&arguments);
    if (result != CKR_OK && result != CKR_CRYPTOKI_ALREADY_INITIALIZED) return (long)result;
    tarn_pkcs11_session *self = calloc(1, sizeof *self);
    if (!self) {
        if (result == CKR_OK) CALL(list, C_Finalize, (void *))(NULL);
        return TARN_PKCS11_NO_MEMORY;
    }
    self->list = list;
    self->was_initialised = result == CKR_CRYPTOKI_ALREADY_INITIALIZED;
    code = sign_in(self, token, pin, pin_length, writes);
    if (code != 0) {
        tarn_pkcs11_close(self);
        return code;
    }
    *session = self;
    return 0;
}

void tarn_pkcs11_close(tarn_pkcs11_session *self) {
    if (self->is_signed_in) CALL(self->list, C_Logout, (CK_ULONG))(self->session);
    if (self->is_open) CALL(self->list, C_CloseSession, (CK_ULONG))(self->session);
    if (!self->was_initialised) CALL(self->list, C_Finalize, (void *))(NULL);
    free(self);
}

long tarn_pkcs11_find(tarn_pkcs11_session *self, const char *label, CK_ULONG *key) {
    CK_ULONG class = CKO_SECRET_KEY, type = CKK_AES, found[2], count = 0;
    CK_ATTRIBUTE wanted[] = {
        {CKA_CLASS, &class, sizeof class}, {CKA_KEY_TYPE, &type, sizeof type}, {CKA_LABEL, (void *)label, strlen(label)},
    };
    CK_ULONG code = CALL(self->list, C_FindObjectsInit, (CK_ULONG, CK_ATTRIBUTE *, CK_ULONG))(self->session, wanted, 3);
    if (code != CKR_OK) return (long)code;
    code = CALL(self->list, C_FindObjects, (CK_ULONG, CK_ULONG *, CK_ULONG, CK_ULONG *))(
        self->session, found, 2, &count);
    CALL(self->list, C_FindObjectsFinal, (CK_ULONG))(self->session);
    if (code != CKR_OK) return (long)code;
    if (count == 0) return TARN_PKCS11_NO_KEY;
    *key = found[0];
    return count == 1 ? 0 : TARN_PKCS11_TWO_KEYS;
}

long tarn_pkcs11_generate(tarn_pkcs11_session *self, const char *label, CK_ULONG *key) {
    CK_BBOOL yes = 1, no = 0;
    CK_ULONG class = CKO_SECRET_KEY, type = CKK_AES, length = 32;
    CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};
    CK_ATTRIBUTE made[] = {
        {CKA_CLASS, &class, sizeof class}, {CKA_KEY_TYPE, &type, sizeof type},
        {CKA_VALUE_LEN, &length, sizeof length}, {CKA_LABEL, (void *)label, strlen(label)},
        {CKA_TOKEN, &yes, 1}, {CKA_PRIVATE, &yes, 1}, {CKA_SENSITIVE, &yes, 1}, {CKA_EXTRACTABLE, &no, 1},
        {CKA_ENCRYPT, &yes, 1}, {CKA_DECRYPT, &yes, 1},
    };
    return (long)CALL(self->list, C_GenerateKey, (CK_ULONG, CK_MECHANISM *, CK_ATTRIBUTE *, CK_ULONG, CK_ULONG *))(
        self->session, &mechanism, made, sizeof made / sizeof made[0], key);
}

long tarn_pkcs11_describe(tarn_pkcs11_session *self, CK_ULONG key, tarn_pkcs11_key *description) {
    CK_BBOOL extractable = 1, sensitive = 0;
    CK_ULONG length = 0;
    CK_ATTRIBUTE asked[] = {
        {CKA_EXTRACTABLE, &extractable, 1}, {CKA_SENSITIVE, &sensitive, 1}, {CKA_VALUE_LEN, &length, sizeof length},
    };
    CK_ULONG code = CALL(self->list, C_GetAttributeValue, (CK_ULONG, CK_ULONG, CK_ATTRIBUTE *, CK_ULONG))(
        self->session, key, asked, 3);
    *description = (tarn_pkcs11_key){extractable != 0, sensitive != 0, length};
    return (long)code;
}

static CK_GCM_PARAMS parameters(uint8_t *iv, const uint8_t *aad, size_t aad_length) {
    return (CK_GCM_PARAMS){iv, TARN_PKCS11_IV, 8 * TARN_PKCS11_IV, (uint8_t *)aad, aad_length, 8 * TARN_PKCS11_TAG};
}

typedef CK_ULONG (*begin)(CK_ULONG, CK_MECHANISM *, CK_ULONG);
typedef CK_ULONG (*run)(CK_ULONG, const uint8_t *, CK_ULONG, uint8_t *, CK_ULONG *);

long tarn_pkcs11_encrypt(tarn_pkcs11_session *self, CK_ULONG key, uint8_t *iv, const uint8_t *aad, size_t aad_length,
                         const uint8_t *text, size_t length, uint8_t *sealed, size_t *sealed_length) {
    CK_GCM_PARAMS gcm = parameters(iv, aad, aad_length);
    CK_MECHANISM mechanism = {CKM_AES_GCM, &gcm, sizeof gcm};
    CK_ULONG code = ((begin)self->list->functions[C_EncryptInit])(self->session, &mechanism, key);
    if (code != CKR_OK) return (long)code;
    CK_ULONG room = *sealed_length;
    code = ((run)self->list->functions[C_Encrypt])(self->session, text, length, sealed, &room);
    *sealed_length = room;
    return (long)code;
}

long tarn_pkcs11_decrypt(tarn_pkcs11_session *self, CK_ULONG key, const uint8_t *iv, const uint8_t *aad,
                         size_t aad_length, const uint8_t *sealed, size_t sealed_length, uint8_t *text, size_t *length) {
    CK_GCM_PARAMS gcm = parameters((uint8_t *)iv, aad, aad_length);
    CK_MECHANISM mechanism = {CKM_AES_GCM, &gcm, sizeof gcm};
    CK_ULONG code = ((begin)self->list->functions[C_DecryptInit])(self->session, &mechanism, key);
    if (code != CKR_OK) return (long)code;
    CK_ULONG room = *length;
    code = ((run)self->list->functions[C_Decrypt])(self->session, sealed, sealed_length, text, &room);
    *length = room;
    return (long)code;
}
