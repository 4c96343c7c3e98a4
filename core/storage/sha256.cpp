#include "storage/sha256.h"

#include <algorithm>

#include "storage/digest.h"

namespace mantissa {

std::string sha256(std::span<const std::byte> bytes) { return sha256(std::span(&bytes, 1)); }

std::string sha256(std::span<const std::span<const std::byte>> parts) {
    Digest digest = Digest::sha256();
    for (const auto part : parts) digest.add(part);
    return digest.hex();
}

std::string sha256(const MappedFile& file) {
    constexpr std::size_t kPiece = std::size_t{8} << 20;
    Digest digest = Digest::sha256();
    for (auto rest = file.bytes(); !rest.empty();) {
        const auto piece = rest.first(std::min(kPiece, rest.size()));
        digest.add(piece);
        MappedFile::release(piece);
        rest = rest.subspan(piece.size());
    }
    return digest.hex();
}

}  // namespace mantissa
