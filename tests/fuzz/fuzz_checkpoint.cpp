#include "memory_path.h"
#include "storage/checkpoint.h"
#include "touch.h"
#include "zip_records.h"

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    return mantissa::fuzz::mutateZip(data, size, most, seed);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const mantissa::fuzz::MemoryPath file(bytes, size);
    volatile unsigned sum = 0;
    if (const auto opened = mantissa::openCheckpoint(file.path())) sum = mantissa::fuzz::touch(opened->tensors);
    return 0;
}
