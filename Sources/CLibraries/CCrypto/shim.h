#pragma once
// SHA256_Init and its kin are marked deprecated in favour of EVP, which allocates; the plain struct is what a value needs.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
