// A PKCS#11 module for tests: the software token of NSS, which is Mozilla's and knows nothing of SoftHSM. It wants to be told
// where its files are when it is initialised; here a variable of the environment says it.
#include <dlfcn.h>
#include <stdlib.h>

typedef unsigned long (*function)(void *);
typedef struct {
    unsigned char version[2];
    function functions[68];
} function_list;

static function_list *token, own;

static unsigned long initialize(void *ignored) {
    (void)ignored;
    // NSS's form of CK_C_INITIALIZE_ARGS: parameters before what is reserved. 2: CKF_OS_LOCKING_OK.
    struct {
        void *mutexes[4];
        unsigned long flags;
        const char *parameters;
        void *reserved;
    } arguments = {.flags = 2, .parameters = getenv("TEST_NSS_PARAMETERS")};
    return token->functions[0](&arguments);
}

unsigned long C_GetFunctionList(function_list **list) {
    void *library = dlopen("libsoftokn3.so", RTLD_NOW | RTLD_LOCAL);
    unsigned long (*get)(function_list **) = library ? (unsigned long (*)(function_list **))dlsym(library, "C_GetFunctionList") : NULL;
    if (!get || get(&token) != 0) return 5;
    own = *token;
    own.functions[0] = initialize;
    *list = &own;
    return 0;
}
