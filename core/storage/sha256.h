#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace mantissa {

/// SHA-256 (FIPS 180-4) of the bytes, 64 lower-case hexadecimal digits.
std::string sha256(std::span<const std::byte> bytes);

/// The same of several stretches of bytes, as if they stood one after the other.
std::string sha256(std::span<const std::span<const std::byte>> parts);

}  // namespace mantissa
