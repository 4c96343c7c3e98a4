#include "storage/digest.h"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>

namespace mantissa {
namespace {

EVP_MD_CTX* of(const std::shared_ptr<void>& context) { return static_cast<EVP_MD_CTX*>(context.get()); }

/// OpenSSL's calls fail only where it is broken or out of memory.
void require(bool done) {
    if (!done) std::abort();
}

}  // namespace

Digest::Digest(const void* algorithm)
    : context_(EVP_MD_CTX_new(), [](void* context) { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context)); }) {
    require(context_ && EVP_DigestInit_ex(of(context_), static_cast<const EVP_MD*>(algorithm), nullptr) == 1);
}

Digest Digest::sha256() { return Digest(EVP_sha256()); }

Digest Digest::gitBlob(std::int64_t bytes) {
    Digest digest(EVP_sha1());
    const std::string header = "blob " + std::to_string(bytes);
    digest.add(std::as_bytes(std::span(header.c_str(), header.size() + 1)));
    return digest;
}

void Digest::add(std::span<const std::byte> bytes) {
    require(EVP_DigestUpdate(of(context_), bytes.data(), bytes.size()) == 1);
}

std::string Digest::hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    require(EVP_DigestFinal_ex(of(context_), digest.data(), &length) == 1);
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string hex;
    for (unsigned i = 0; i < length; ++i) {
        hex += kDigits[digest[i] >> 4];
        hex += kDigits[digest[i] & 15];
    }
    return hex;
}

}  // namespace mantissa
