#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "storage/mapped_file.h"

namespace mantissa {

/// SHA-256 (FIPS 180-4) of the bytes, 64 lower-case hexadecimal digits.
std::string sha256(std::span<const std::byte> bytes);

/// The same of several stretches of bytes, as if they stood one after the other.
std::string sha256(std::span<const std::span<const std::byte>> parts);

/// The same of a mapped file, whose pages are given back as they are done with.
std::string sha256(const MappedFile& file);

}  // namespace mantissa
