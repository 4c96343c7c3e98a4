#include "graph/exported_program_archive.h"
#include "graph/exported_program_lowering.h"
#include "memory_path.h"
#include "storage/zip_archive.h"
#include "touch.h"
#include "zip_records.h"

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    return mantissa::fuzz::mutateZip(data, size, most, seed);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace mantissa;
    const fuzz::MemoryPath file(bytes, size);
    const auto archive = ZipArchive::open(file.path());
    if (!archive || !looksLikeExportedProgram(*archive)) return 0;
    const auto contents = readExportedProgramArchive(*archive);
    if (!contents) return 0;
    volatile unsigned sum = 0;
    for (const auto* tensors : {&contents->weights, &contents->constants})
        for (const auto& [name, tensor] : *tensors) sum = sum + fuzz::touch({&tensor, 1});
    if (const auto program = lowerExportedProgram(*contents))
        for (const auto& weight : program->graph.weights) sum = sum + fuzz::touch({&weight.tensor, 1});
    return 0;
}
