#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace mantissa {

/// A digest of bytes that come piece by piece.
class Digest {
  public:
    /// SHA-256 (FIPS 180-4).
    static Digest sha256();
    /// SHA-1 (FIPS 180-4) of "blob N", a zero byte and the N bytes that follow: the name Git gives a file's content.
    static Digest gitBlob(std::int64_t bytes);

    void add(std::span<const std::byte> bytes);
    /// Lower-case hexadecimal digits, 64 of SHA-256 and 40 of SHA-1. Once, after the last piece.
    std::string hex();

  private:
    explicit Digest(const void* algorithm);

    std::shared_ptr<void> context_;
};

}  // namespace mantissa
