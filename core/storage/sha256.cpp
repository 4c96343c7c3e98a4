#include "storage/sha256.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

namespace mantissa {

namespace {

/// Digests one stretch after the other.
class Digest {
  public:
    // It fails only where OpenSSL itself is broken or out of memory.
    Digest() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
        require(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
    }
    void add(std::span<const std::byte> bytes) {
        require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
    }
    std::string hex() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned length = 0;
        require(EVP_DigestFinal_ex(context_.get(), digest.data(), &length) == 1);
        static constexpr char kDigits[] = "0123456789abcdef";
        std::string text;
        for (unsigned i = 0; i < length; ++i) {
            text += kDigits[digest[i] >> 4];
            text += kDigits[digest[i] & 15];
        }
        return text;
    }

  private:
    static void require(bool done) {
        if (!done) std::abort();
    }
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

std::string sha256(std::span<const std::byte> bytes) { return sha256(std::span(&bytes, 1)); }

std::string sha256(std::span<const std::span<const std::byte>> parts) {
    Digest digest;
    for (const auto part : parts) digest.add(part);
    return digest.hex();
}

std::string sha256(const MappedFile& file) {
    constexpr std::size_t kPiece = std::size_t{8} << 20;
    Digest digest;
    for (auto rest = file.bytes(); !rest.empty();) {
        const auto piece = rest.first(std::min(kPiece, rest.size()));
        digest.add(piece);
        file.release(piece);
        rest = rest.subspan(piece.size());
    }
    return digest.hex();
}

}  // namespace mantissa
