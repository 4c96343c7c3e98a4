#include "memory_path.h"
#include "storage/checkpoint.h"
#include "touch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const mantissa::fuzz::MemoryPath file(bytes, size);
    volatile unsigned sum = 0;
    if (const auto opened = mantissa::openCheckpoint(file.path())) sum = mantissa::fuzz::touch(opened->tensors);
    return 0;
}
