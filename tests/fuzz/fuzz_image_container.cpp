#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "image/container.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto container = mantissa::readImageContainer(std::as_bytes(std::span(bytes, size)));
    // What is handed to the decoder is never more than the file, and its orientation is one of eight.
    if (container && (container->bytes.size() > size || container->orientation < 1 || container->orientation > 8))
        std::abort();
    return 0;
}
