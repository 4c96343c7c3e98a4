#include "storage/sha256.h"

#include "storage/digest.h"

namespace mantissa {

std::string sha256(std::span<const std::byte> bytes) { return sha256(std::span(&bytes, 1)); }

std::string sha256(std::span<const std::span<const std::byte>> parts) {
    Digest digest = Digest::sha256();
    for (const auto part : parts) digest.add(part);
    return digest.hex();
}

}  // namespace mantissa
