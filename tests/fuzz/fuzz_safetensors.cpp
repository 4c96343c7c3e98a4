#include "memory_path.h"
#include "storage/safetensors.h"
#include "touch.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const mantissa::fuzz::MemoryPath file(bytes, size);
    volatile unsigned sum = 0;
    if (const auto opened = mantissa::openSafetensors(file.path())) sum = mantissa::fuzz::touch(opened->tensors);
    return 0;
}
